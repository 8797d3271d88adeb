import type { DesiredState } from './desired-state.ts';
import type { SysctlKey } from './sysctl.ts';

/** What a look at a host looks for beside what every look shows. What an earlier push left there is looked at anyway. */
export type Sight = {
  /** Chains and settings that only IPv6 needs. */
  readonly ipv6: boolean;
  /** Settings of the kernel that the playbook asks for. */
  readonly sysctls: readonly SysctlKey[];
  /** Paths that the playbook has files for. */
  readonly files: readonly string[];
  /** Tables of iptables beside raw and mangle. */
  readonly tables: readonly string[];
  /** Modules and units that it wants something of. */
  readonly modules: readonly string[];
  readonly units: readonly string[];
};

/** A look that nothing more is wanted of. */
export const plainSight: Sight = { ipv6: false, sysctls: [], files: [], tables: [], modules: [], units: [] };

/** All that must be looked at to tell whether a host has a state. */
export function sightOf({ links, rules, chains, sysctls, files = [], modules = [], units = [] }: DesiredState): Sight {
  return {
    ipv6: [...rules, ...chains].some(({ family }) => family === 'ipv6') || links.some(({ ipv6 }) => ipv6 === true),
    sysctls: sysctls.map(({ key }) => key),
    files: files.map(({ dest }) => dest),
    tables: [...new Set(chains.map(({ table }) => table))].filter((table) => table === 'nat' || table === 'filter'),
    modules,
    units: units.map(({ unit }) => unit),
  };
}
