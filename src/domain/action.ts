import type { Result } from './result.ts';

/** A program with its arguments, run without a shell unless it is one. */
export type Words = readonly [string, ...string[]];

/** Something to do on a host by a program of its own, all of it settled. */
export type NodeAction =
  | {
      readonly kind: 'command';
      readonly argv: Words;
      readonly stdin: string | null;
      /** The folder it runs in; null: that of the login. */
      readonly chdir: string | null;
      /** There is nothing to do where this path exists; */
      readonly creates: string | null;
      /** nor where this ends with 0. */
      readonly unless: Words | null;
      /** Exit codes that are no failure. */
      readonly ok: readonly number[];
      /** Whether it changes the host, or the exit codes that say so. */
      readonly changed: boolean | readonly number[];
      readonly timeoutS: number;
    }
  | {
      readonly kind: 'package';
      readonly names: readonly string[];
      readonly state: 'present' | 'absent';
      readonly timeoutS: number;
    }
  | {
      readonly kind: 'wait';
      readonly until:
        | { readonly kind: 'seconds'; readonly seconds: number }
        /** Something listens on this TCP port of the host. */
        | { readonly kind: 'port'; readonly port: number }
        /** It ends with 0. */
        | { readonly kind: 'command'; readonly argv: Words };
      readonly everyS: number;
      readonly timeoutS: number;
    };

/** Something to do on a host between two of its states. */
export type Action =
  | NodeAction
  /** What it asks for was looked at already; `failure` null: it holds. */
  | { readonly kind: 'assert'; readonly failure: string | null }
  | { readonly kind: 'verify' }
  | { readonly kind: 'reboot'; readonly timeoutS: number };

/** What an action leaves for those after it, under the name that it registers. Without the line feed at the end of its outputs. */
export type ActionResult = {
  readonly rc: number;
  readonly stdout: string;
  readonly stdout_lines: readonly string[];
  readonly stderr: string;
  readonly changed: boolean;
  /** True: its condition was false. */
  readonly skipped: boolean;
};

/** Results by the names they are registered under. */
export type ActionResults = { readonly [name: string]: ActionResult };

/** An action as the playbook has it, for one host. */
export type ActionTask = {
  /** What people call it. */
  readonly words: string;
  /** True: it looks, and changes nothing. */
  readonly isCheck: boolean;
  /** The name its result gets; null: none. */
  readonly register: string | null;
  /** The names of results it cannot do without. */
  readonly needs: readonly string[];
  /** Settles it with the results of the actions before it; null where its condition is false. The error says where and why it cannot be. */
  readonly resolve: (results: ActionResults) => Result<Action | null, string>;
};

/** The result of an action that had nothing to do, or whose condition was false. */
export function idleResult(skipped: boolean): ActionResult {
  return { rc: 0, stdout: '', stdout_lines: [], stderr: '', changed: false, skipped };
}
