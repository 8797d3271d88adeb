import { stringify } from 'yaml';
import type { DesiredState } from '../domain/desired-state.ts';
import { mainTable, type Route, type TableId } from '../domain/routing.ts';
import { type DecidedRule, dropByRule } from './loop-guard.ts';
import { type Saying, unsayable } from './unsayable.ts';

/** Priorities that Talos keeps for itself, and the last one it takes. Source: its reference of RoutingRuleConfig. */
const reserved = [32500, 32501];
const lastPriority = 32764;

/**
 * A patch for the machine configuration of Talos 1.13 or later: VLANConfig, LinkConfig, RoutingRuleConfig, and the settings of the kernel. Rules of
 * equal priority come one after the other, since there a priority is the name of a rule.
 */
export function talos(state: DesiredState): Saying {
  const { rules, routes, lost } = dropByRule(state.rules, state.routes);
  const numbered = distinctPriorities(rules);
  const reasons = [
    ...unsayable(state, 'the machine configuration of Talos'),
    ...lost.map(
      ({ destination, table }) => `the route that drops ${destination} in table ${table}: Talos has none in tables`,
    ),
    ...(numbered === null ? [`rules beyond priority ${lastPriority}: Talos takes none`] : []),
  ];
  if (reasons.length > 0 || numbered === null) return { kind: 'unsayable', reasons };
  const { links, sysctls, modules = [], addresses = [] } = state;
  const of = (device: string) => ({
    ...listed(
      'addresses',
      addresses
        .filter((each) => each.device === device)
        .map(({ address, prefixLength }) => ({ address: `${address}/${prefixLength}` })),
    ),
    ...listed('routes', routes.filter((route) => 'device' in route && route.device === device).map(routeConfig)),
  });
  const made = new Set<string>(links.map(({ name }) => name));
  const others = new Set([...addresses, ...routes].flatMap((each) => ('device' in each ? each.device : [])));
  const machine = {
    ...(sysctls.length === 0 ? {} : { sysctls: Object.fromEntries(sysctls.map(({ key, value }) => [key, value])) }),
    ...(modules.length === 0 ? {} : { kernel: { modules: modules.map((name) => ({ name })) } }),
  };
  const documents = [
    ...(Object.keys(machine).length === 0 ? [] : [{ machine }]),
    ...links.map(({ name, id, parent, mtu }) => ({
      ...{ ...head('VLANConfig', name), vlanID: id, parent },
      ...(mtu === null ? {} : { mtu }),
      ...of(name),
    })),
    ...[...others]
      .filter((device) => !made.has(device))
      .map((device) => ({ ...head('LinkConfig', device), ...of(device) })),
    ...numbered.map(([priority, rule]) => ruleConfig(priority, rule)),
  ];
  const text = documents.map((document) => stringify(document)).join('---\n');
  return {
    kind: 'said',
    text: `# A patch for talosctl: machine configuration of Talos 1.13 or later.\n${text}`,
    besides: [],
  };
}

function head(kind: string, name: string) {
  return { apiVersion: 'v1alpha1', kind, name };
}

function listed<T>(name: string, items: readonly T[]): { readonly [name: string]: readonly T[] } {
  return items.length === 0 ? {} : { [name]: items };
}

function routeConfig(route: Route) {
  return {
    ...(route.destination === 'default' ? {} : { destination: route.destination }),
    ...(route.type === 'gateway' ? { gateway: route.gateway } : {}),
    ...(route.table === mainTable ? {} : { table: tableName(route.table) }),
  };
}

function ruleConfig(priority: number, { from, to, iif, fwmark, table, drops }: DecidedRule) {
  return {
    ...head('RoutingRuleConfig', String(priority)),
    ...(from === null ? {} : { src: from }),
    ...(to === null ? {} : { dst: to }),
    ...(iif === null ? {} : { iifName: iif }),
    ...(fwmark === null ? {} : { fwMark: fwmark.value, fwMask: fwmark.mask }),
    ...(drops ? { action: 'blackhole' } : { table: tableName(table), action: 'unicast' }),
  };
}

function tableName(table: TableId): string {
  return table === mainTable ? 'main' : String(table);
}

function distinctPriorities(rules: readonly DecidedRule[]): readonly (readonly [number, DecidedRule])[] | null {
  let last = 0;
  const numbered = rules
    .toSorted((a, b) => a.priority - b.priority)
    .map((rule) => {
      last = Math.max(rule.priority, last + 1);
      while (reserved.includes(last)) last += 1;
      return [last, rule] as const;
    });
  return last > lastPriority ? null : numbered;
}
