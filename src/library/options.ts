import type { ObstacleCode } from '../domain/obstacle.ts';

/** Which hosts, and what they shall have: what the commands take as `-i`, `-l`, `-e`, `-p` and so on. */
export type SourceOptions = {
  /** Files, folders, executables, or a list of hosts that ends with a comma; at least one. */
  readonly inventory: readonly string[];
  /** A pattern of hosts; default: all. */
  readonly limit?: string;
  /** `name=value`, JSON, or `@file`; the last one wins. */
  readonly extraVars?: readonly string[];
  readonly vaultPasswordFile?: string;
  /** Default: the built-in one, which gives hosts the `networks` of the inventory. */
  readonly playbook?: string;
  /** A folder of templates in place of the shipped ones. */
  readonly templates?: string;
};

/** How hosts are reached. */
export type HostOptions = SourceOptions & {
  /** Only tasks with one of these tags. */
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  /** Hosts at a time; default 50. */
  readonly forks?: number;
  /** Pin the keys of hosts seen for the first time; default false: they are refused. */
  readonly acceptNew?: boolean;
  readonly transport?: 'auto' | 'ssh2' | 'openssh';
  /** Of ssh, for all hosts; counts before the inventory's. */
  readonly password?: string;
  /** Of sudo, likewise. */
  readonly becomePassword?: string;
  /** Obstacles that a push goes past, by their codes. */
  readonly force?: readonly ObstacleCode[];
};

/** The options of a command that reads: what is missing is as on the command line. */
export function commandOptions(options: HostOptions) {
  const { inventory, limit, forks, acceptNew, password, becomePassword, ...others } = options;
  return {
    ...others,
    ...{ inventory, limit: limit ?? null, forks: forks ?? 50, acceptNew: acceptNew ?? false },
    ...{ askPass: password !== undefined, askBecomePass: becomePassword !== undefined },
    ...({ output: 'text', progress: false } as const),
  };
}
