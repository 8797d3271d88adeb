import type { ObstacleCode } from '../domain/obstacle.ts';
import type { Portion } from '../domain/portion.ts';
import type { ReportFile } from '../domain/report-file.ts';
import type { Shard } from '../domain/shard.ts';

/** Options of commands that read an inventory. */
export type InventoryOptions = {
  /** Files, folders, and lists of hosts, in order. */
  readonly inventory: readonly string[];
  readonly limit: string | null;
  /** The part of these hosts that a run is about; all where it is missing. */
  readonly shard?: Shard;
  /** `-e`, in order; none where it is missing. */
  readonly extraVars?: readonly string[];
  /** The file with the password of ansible-vault; where it is missing, ANSIBLE_VAULT_PASSWORD_FILE names it. */
  readonly vaultPasswordFile?: string;
  /** Codes of obstacles that a push does not stop at; none where it is missing. */
  readonly force?: readonly ObstacleCode[];
  /** The file of the playbook; where it is missing, the built-in one. */
  readonly playbook?: string;
  /** The folder of templates that count before the shipped ones; none where it is missing. */
  readonly templates?: string;
  /** Tasks of the run by their tags; none where it is missing: all but those tagged `never`. */
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
};

/** What is said for one run about logging in; what is missing the inventory says. */
export type LoginOptions = {
  readonly transport?: 'auto' | 'ssh2' | 'openssh';
  /** Ask for the password of ssh, once for all hosts. */
  readonly askPass?: boolean;
  /** A file whose first line is that password. */
  readonly connectionPasswordFile?: string;
  /** Ask for the password of sudo. */
  readonly askBecomePass: boolean;
};

/** Options of commands that connect to hosts. */
export type ConnectionOptions = InventoryOptions &
  LoginOptions & {
    /** Hosts at a time. */
    readonly forks: number;
    readonly acceptNew: boolean;
    readonly output: 'text' | 'json';
    readonly progress: boolean;
    /** Files that the whole run is reported in; none where it is missing. */
    readonly report?: readonly ReportFile[];
  };

/** Options of commands that change hosts. */
export type RolloutOptions = ConnectionOptions & {
  readonly yes: boolean;
  readonly confirmTimeoutS: number;
  /** Sizes of the batches, the last one repeated; none: all hosts are one batch. Percentages are of the hosts to change. */
  readonly serial: readonly Portion[];
  /** How many hosts of the run may fail, as a number or as a part of all its hosts. Null: any number within a batch, none before the next. */
  readonly maxFail: Portion | null;
};
