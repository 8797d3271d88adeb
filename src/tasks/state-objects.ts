import { familyOf } from '../domain/address.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import { unreachable } from '../domain/result.ts';
import { formatFwmark } from '../domain/routing.ts';
import type { Declaration } from '../schema/task-schema.ts';

/** Something a host can have once only, and what it shall be like. */
export type StateObject = {
  /** Says which object it is, e.g. `route default of table 7100`; also what people are told. */
  readonly name: string;
  /** Equal texts: the same is wanted. */
  readonly wish: string;
};

type State = Pick<DesiredState, 'links' | 'routes' | 'rules' | 'sysctls' | 'files' | 'marks' | 'modules' | 'units'> & {
  /** Only those that tasks name; those of networks and marks follow from these. */
  readonly chains?: readonly NetfilterChain[];
};

/** A state of no objects. */
export const nothing: State = { links: [], routes: [], rules: [], sysctls: [] };

/** The objects of a state. Two states that wish differently for one of them cannot both be had. */
export function stateObjects({
  links,
  routes,
  rules,
  sysctls,
  files = [],
  chains = [],
  marks = [],
  modules = [],
  units = [],
}: State): readonly StateObject[] {
  return [
    ...links.flatMap(({ name, parent, id, mtu }) => [
      { name: `interface ${name}`, wish: JSON.stringify([parent, id, mtu]) },
      // The kernel makes a VLAN id once per parent, whatever its name.
      { name: `VLAN ${id} of ${parent}`, wish: name },
    ]),
    ...routes.map(({ family, table, destination, ...way }) => ({
      name: `${family} route ${destination} of table ${table}`,
      wish: JSON.stringify(way, Object.keys(way).sort()),
    })),
    ...rules.map(({ family, priority, from, to, iif, fwmark, table }) => ({
      name: `${family} rule ${priority}${selectorWords({ from, to, iif, fwmark })}`,
      wish: String(table),
    })),
    ...sysctls.map(({ key, value }) => ({ name: `sysctl ${key}`, wish: value })),
    ...files.map(({ dest, ...file }) => ({ name: `file ${dest}`, wish: JSON.stringify(file) })),
    ...chains.map(({ family, table, name, hook, rules }) => ({
      name: `${family} chain ${name} of ${table}`,
      wish: JSON.stringify([hook, rules]),
    })),
    ...marks.map(({ to, iif, fwmark }) => ({
      name: `mark of requests to ${to} by ${iif}`,
      wish: formatFwmark(fwmark),
    })),
    ...modules.map((name) => ({ name: `module ${name}`, wish: '' })),
    ...units.map(({ unit, ...setting }) => ({ name: `unit ${unit}`, wish: JSON.stringify(setting) })),
  ];
}

/** What one task declares, as a state. */
export function stateOf(declaration: Declaration): State {
  switch (declaration.kind) {
    case 'vlan':
      return { ...nothing, links: [declaration.link] };
    case 'route':
      return { ...nothing, routes: [declaration.route] };
    case 'rule':
      return { ...nothing, rules: declaration.rules };
    case 'sysctl':
      return { ...nothing, sysctls: [declaration.setting] };
    case 'file':
      return { ...nothing, files: [declaration.file] };
    case 'mark':
      return { ...nothing, marks: declaration.marks };
    case 'iptables':
      return { ...nothing, chains: declaration.chains };
    case 'kernel_module':
      return { ...nothing, modules: [declaration.module] };
    case 'unit':
      return { ...nothing, units: [declaration.unit] };
    default:
      return unreachable(declaration);
  }
}

/** Whether anything of a state is for IPv6. */
export function speaksIpv6({ routes, rules, chains = [], marks = [] }: State): boolean {
  return (
    [...routes, ...rules, ...chains].some(({ family }) => family === 'ipv6') ||
    marks.some(({ to }) => familyOf(to) === 'ipv6')
  );
}

function selectorWords(selectors: Pick<State['rules'][number], 'from' | 'to' | 'iif' | 'fwmark'>): string {
  const { fwmark, ...others } = selectors;
  const mark = fwmark === null ? '' : ` fwmark ${fwmark.value}/${fwmark.mask}`;
  return Object.entries(others)
    .map(([key, value]) => (value === null ? '' : ` ${key} ${value}`))
    .concat(mark)
    .join('');
}
