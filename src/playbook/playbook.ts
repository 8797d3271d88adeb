import type { SourceLocation } from '../domain/diagnostic.ts';
import type { Portion } from '../domain/portion.ts';
import type { Entries, Entry, Located } from '../inventory/located.ts';
import type { ActionVerb } from '../schema/action-schema.ts';
import type { Verb } from '../schema/task-schema.ts';

/** What hosts shall have, play by play. Its shape is checked; arguments of tasks are looked at host by host. */
export type Playbook = { readonly plays: readonly Play[] };

/** Tasks for the hosts of a pattern. */
export type Play = {
  readonly name: string | null;
  readonly hosts: { readonly pattern: string; readonly at: SourceLocation | null };
  readonly vars: Entries;
  readonly tags: readonly string[];
  /** Sizes of the batches that its hosts are changed in, the last one repeated; none: it does not say. */
  readonly serial: readonly Portion[];
  /** How many of its hosts may fail before no more are begun; null: it does not say. */
  readonly maxFail: Portion | null;
  readonly tasks: readonly Task[];
};

/** One thing to declare or to do. */
export type Task = {
  readonly name: string | null;
  readonly verb: Verb | ActionVerb;
  /** Where the verb is written; null: in the built-in playbook. */
  readonly at: SourceLocation | null;
  /** The verb with its arguments. */
  readonly args: Entry;
  readonly when: Condition | null;
  /** A list or a reference to one; null: the task counts once. */
  readonly loop: Entry | null;
  readonly vars: Entries;
  /** Its own and those of its play, each once. */
  readonly tags: readonly string[];
  /** The name that the result of an action gets; null: none. */
  readonly register: string | null;
  /** What `assert` asks for; of other verbs nothing. */
  readonly asserts: readonly Condition[];
};

/** A condition as it is written. `textAt` is where its first character stands; null where its lines are not those of the file. */
export type Condition =
  | { readonly kind: 'constant'; readonly holds: boolean }
  | {
      readonly kind: 'expression';
      readonly text: string;
      readonly at: SourceLocation;
      readonly textAt: SourceLocation | null;
    };

const nowhere: SourceLocation = { file: 'built-in playbook', line: 1, column: 1 };
const nothing: Located = { kind: 'scalar', at: nowhere, value: null, bracesAt: [] };

/** What is done where no playbook is given: the networks of every host. */
export const builtInPlaybook: Playbook = {
  plays: [
    {
      name: null,
      hosts: { pattern: 'all', at: null },
      vars: new Map(),
      tags: [],
      serial: [],
      maxFail: null,
      tasks: [
        {
          name: null,
          verb: 'metallb_l2',
          at: null,
          args: { keyAt: nowhere, isText: true, value: nothing },
          when: null,
          loop: null,
          vars: new Map(),
          tags: [],
          register: null,
          asserts: [],
        },
      ],
    },
  ],
};
