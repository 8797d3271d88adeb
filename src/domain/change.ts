import type { Command } from './command.ts';
import type { Decision, Renderer } from './desired-state.ts';
import type { FindingCode } from './finding-kinds.ts';
import type { HostName } from './host.ts';
import type { Obstacle } from './obstacle.ts';
import type { ManagedFile, ObservedFile } from './remote-file.ts';

/** Why a file differs: the inventory asks for something new, or somebody edited the host since the last push. */
export type ChangeCause = 'inventory' | 'edited-on-host';

/** One file to write or to remove. */
export type FileChange =
  | { readonly kind: 'create'; readonly path: string; readonly after: ManagedFile; readonly cause: ChangeCause }
  | {
      readonly kind: 'update';
      readonly path: string;
      readonly before: ObservedFile;
      readonly after: ManagedFile;
      readonly cause: ChangeCause;
    }
  | { readonly kind: 'remove'; readonly path: string; readonly before: ObservedFile; readonly cause: ChangeCause };

/** One change of the running kernel, with the commands that make it and those that take it back. */
export type RuntimeChange = {
  readonly sign: '+' | '-' | '~';
  readonly subject:
    | 'link'
    | 'address'
    | 'neighbor'
    | 'sysctl'
    | 'route'
    | 'rule'
    | 'chain'
    | 'module'
    | 'service'
    | 'networkd'
    | 'netplan'
    | 'activation'
    | 'unit'
    | 'reload';
  /** As people say it, e.g. `rule 2011 fwmark 0x100/0x1f00 lookup 7100`. */
  readonly words: string;
  readonly apply: readonly Command[];
  readonly undo: readonly Command[];
  /** What of it lasts over a restart, taken back before units start; commands that may run where nothing is to be taken back. Missing: nothing. */
  readonly undoAtBoot?: readonly Command[];
  /** It comes before the files are written, and is taken back after them. */
  readonly isBeforeFiles?: true;
  /** What of a change that `readsFiles` is taken back before the files are. Missing: nothing. */
  readonly undoBeforeFiles?: readonly Command[];
  /** It has something read the files, so it is taken back by reading them again: after they are back. */
  readonly readsFiles?: true;
};

/** One thing that is otherwise after a restart: what comes, goes, or changes. */
export type RebootChange = Pick<RuntimeChange, 'sign' | 'words'>;

/** A fact worth saying that stops nothing. */
export type PlanWarning = { readonly code: string; readonly message: string; readonly hint: string | null };

/**
 * An action of the playbook as far as it can be told before a push: it will run, or has nothing to do, or only looks; or that depends on
 * what an action before it brings.
 */
export type ForeseenAction = {
  readonly words: string;
  readonly verdict: 'runs' | 'idle' | 'check' | 'depends';
  /** Why there is nothing to do; null where that is not known. */
  readonly why: string | null;
};

/** Everything a push will do on one host, and nothing else: apply is driven by this alone. */
export type HostPlan = {
  readonly host: HostName;
  readonly decisions: readonly Decision[];
  /** What brings it all back at boot. Missing: `networkd`. */
  readonly renderer?: Renderer;
  /** Missing: hitless. */
  readonly activation?: 'native';
  readonly files: readonly FileChange[];
  /** In the order of application. */
  readonly runtime: readonly RuntimeChange[];
  readonly warnings: readonly PlanWarning[];
  /** In the order of the playbook, between the changes of the tasks above and below each. Missing: none. */
  readonly actions?: readonly ForeseenAction[];
  /** What stands against it: none, or nothing of it is carried out. */
  readonly obstacles: readonly Obstacle[];
};

/** One difference between what should be and what is. */
export type Finding = {
  readonly code: FindingCode;
  /** Which of the states is wrong. */
  readonly where: 'persisted' | 'running' | 'recorded' | 'network';
  readonly subject: string;
  readonly message: string;
  readonly hint: string | null;
};

/** True where a push would leave the host untouched. */
export function isUnchanged(plan: HostPlan): boolean {
  const isIdle = ({ verdict }: ForeseenAction) => verdict === 'idle' || verdict === 'check';
  return plan.files.length === 0 && plan.runtime.length === 0 && (plan.actions ?? []).every(isIdle);
}
