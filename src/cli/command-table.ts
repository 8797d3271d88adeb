import type { InitOptions } from '../commands/init.ts';
import type { Io } from '../commands/io.ts';
import type { LabOutput } from '../commands/lab.ts';
import type { RenderFormat } from '../commands/render.ts';
import type { IpAddress } from '../domain/address.ts';
import type { Shell } from '../domain/completion.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { ObstacleCode } from '../domain/obstacle.ts';
import type { Portion } from '../domain/portion.ts';
import type { ReportFile } from '../domain/report-file.ts';
import type { SchemaSubject } from '../domain/schema-subject.ts';
import type { Shard } from '../domain/shard.ts';
import type { VerifyChoice } from './verify-options.ts';

/** The hosts a command is about. */
export type InventoryChoice = {
  /** Files, folders and lists of hosts, at least one. */
  readonly inventory: readonly string[];
  /** `-e`, in order; missing: none. */
  readonly extraVars?: readonly string[];
  readonly vaultPasswordFile?: string;
  readonly playbook?: string;
  /** A pattern; null for all hosts. An empty one reaches the command, which refuses it: a shell variable that is not set must not mean all. */
  readonly limit: string | null;
  /** Missing: all of these hosts. */
  readonly shard?: Shard;
};

/** Which tasks of the playbook, by their tags; missing: not said. */
export type TagsChoice = { readonly tags?: readonly string[]; readonly skipTags?: readonly string[] };

/** How to log in; what is missing the inventory says. */
export type LoginChoice = {
  readonly acceptNew: boolean;
  readonly transport?: 'auto' | 'ssh2' | 'openssh';
  readonly askPass?: boolean;
  readonly connectionPasswordFile?: string;
  readonly askBecomePass: boolean;
};

/** How to reach the hosts. */
export type ConnectionChoice = LoginChoice & {
  /** Hosts at a time, from 1. */
  readonly forks: number;
};

/** Obstacles that a push goes past. */
type ForceChoice = { readonly force: readonly ObstacleCode[] };

/** What to show, and where. */
export type OutputChoice = {
  readonly output: 'text' | 'json';
  readonly progress: boolean;
  /** Files to report in; missing: none. */
  readonly report?: readonly ReportFile[];
};

/** Where a lab lives; without `dir` the lab's own default. */
export type LabChoice = { readonly dir?: string };

/** How hosts are changed. */
export type ChangeChoice = InventoryChoice &
  ConnectionChoice &
  OutputChoice & {
    readonly yes: boolean;
    readonly check: boolean;
    readonly diff: boolean;
    readonly confirmTimeoutS: number;
    /** Sizes of batches, the last repeated; none: one batch. */
    readonly serial: readonly Portion[];
    readonly maxFail: Portion | null;
  };

/** What to explain about one host; null: not said. */
type ExplainChoice = Omit<InventoryChoice, 'limit'> &
  Omit<ConnectionChoice, 'forks'> &
  Pick<OutputChoice, 'output'> & {
    readonly host: string;
    readonly from: IpAddress;
    readonly to: IpAddress;
    readonly iif: InterfaceName | null;
    readonly mark: number | null;
    readonly replyOfService: boolean | null;
    readonly kubeProxy: 'iptables' | 'nftables' | 'ipvs' | 'cilium' | null;
    readonly live: boolean;
  };

type Command<Options> = (options: Options, io: Io) => Promise<number>;
type LabCommand<Options> = (options: Options & LabChoice, output: LabOutput) => Promise<number>;
type Lazily<T> = () => Promise<T>;

/** Every command by its verb, loaded only when it is called: what a command does not need, it does not wait for. Each gives an exit code. */
export type CommandTable = {
  readonly push: Lazily<
    Command<
      ChangeChoice &
        TagsChoice &
        ForceChoice & {
          readonly planFile: string | null;
          /** `last`, or the name of a run; null for all hosts. */
          readonly retry: string | null;
        }
    >
  >;
  readonly bootstrap: Lazily<
    Command<
      Omit<ChangeChoice, 'check'> & {
        /** A file; null: a person is asked. */
        readonly hostKeys: string | null;
        readonly install: boolean;
        readonly sudoers: boolean;
      }
    >
  >;
  readonly rollback: Lazily<Command<ChangeChoice & { readonly to: number | null }>>;
  readonly remove: Lazily<Command<ChangeChoice>>;
  /** `--list-tasks` and `--list-tags` of push and plan. */
  readonly listPlaybook: Lazily<
    Command<
      TagsChoice &
        Pick<InventoryChoice, 'playbook'> & { readonly listing: { readonly tasks: boolean; readonly tags: boolean } }
    >
  >;
  readonly plan: Lazily<
    Command<
      InventoryChoice &
        TagsChoice &
        ConnectionChoice &
        OutputChoice &
        ForceChoice & { readonly diff: boolean; readonly out: string | null }
    >
  >;
  readonly audit: Lazily<
    Command<InventoryChoice & ConnectionChoice & OutputChoice & { readonly pools?: readonly string[] }>
  >;
  readonly verify: Lazily<Command<InventoryChoice & ConnectionChoice & OutputChoice & VerifyChoice>>;
  readonly doctor: Lazily<Command<InventoryChoice & ConnectionChoice & Pick<OutputChoice, 'output'>>>;
  readonly explain: Lazily<Command<ExplainChoice>>;
  readonly render: Lazily<
    Command<
      InventoryChoice & {
        readonly out: string;
        readonly as: RenderFormat;
      }
    >
  >;
  readonly schema: Lazily<Command<{ readonly of: SchemaSubject }>>;
  readonly init: Lazily<Command<InitOptions>>;
  readonly demo: Lazily<
    Command<{ readonly nodes: number; readonly install: boolean; readonly keep: boolean; readonly report: string }>
  >;
  readonly inventoryList: Lazily<Command<InventoryChoice>>;
  readonly inventoryGraph: Lazily<Command<InventoryChoice & { readonly group: string | null }>>;
  readonly inventoryHost: Lazily<Command<InventoryChoice & { readonly host: string }>>;
  readonly inventoryHosts: Lazily<Command<InventoryChoice>>;
  readonly inventoryVar: Lazily<Command<InventoryChoice & { readonly name: string; readonly host: string }>>;
  readonly inventoryImport: Lazily<
    Command<{
      /** None, and no kubectl: standard input. */
      readonly files: readonly string[];
      readonly kubectl: boolean;
      readonly context: string | null;
      readonly out: string | null;
      readonly check: boolean;
      readonly yes: boolean;
    }>
  >;
  readonly completion: Lazily<Command<{ readonly shell: Shell }>>;
  readonly reportMerge: Lazily<
    Command<{
      /** At least one. */
      readonly files: readonly string[];
      /** Missing: JSON on standard output. */
      readonly report?: readonly ReportFile[];
    }>
  >;
  readonly labUp: Lazily<
    LabCommand<{ readonly nodes: number; readonly kubeProxy: 'iptables' | 'ipvs'; readonly install: boolean }>
  >;
  readonly labDown: Lazily<LabCommand<object>>;
  readonly labStatus: Lazily<LabCommand<object>>;
  readonly labSsh: Lazily<LabCommand<{ readonly node: string; readonly command: readonly string[] }>>;
  readonly labReboot: Lazily<LabCommand<{ readonly nodes: readonly string[] }>>;
  readonly labInventory: Lazily<LabCommand<object>>;
};
