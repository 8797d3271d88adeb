import { cidrContains, type Family } from '../../src/domain/address.ts';
import type { RunningRoute, RunningRule } from '../../src/domain/observed.ts';
import type { PolicyRule, Route } from '../../src/domain/routing.ts';
import { cidr, device, ip } from '../tasks/example-host.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';

/** The words after the object, and the whole line for complaints. */
type Line = { readonly words: readonly string[]; readonly line: string };

/** `ip route VERB …`. */
export function runRoute(kernel: SimulatedKernel, family: Family, { words: [verb, ...words], line }: Line): void {
  const { route, protocol } = readRoute(family, words);
  const inSlot = kernel.routes.filter(
    (other) =>
      other.route.family === family &&
      other.route.table === route.table &&
      other.route.destination === route.destination,
  );
  if (verb === 'delete') {
    const found = inSlot.find((other) => equal(other, { route, protocol }));
    if (found === undefined) throw new Error(`No such process: ${line}`);
    kernel.routes = kernel.routes.filter((other) => other !== found);
    return;
  }
  if (verb === 'add' && inSlot.length > 0) throw new Error(`File exists: ${line}`);
  if (route.type !== 'blackhole' && kernel.links.every(({ name, isUp }) => name !== route.device || !isUp))
    throw new Error(`Cannot find device, or it is down: ${line}`);
  if (route.type === 'gateway' && !route.onlink && !isReachable(kernel, route))
    throw new Error(`Nexthop has invalid gateway: ${line}`);
  kernel.routes = [...kernel.routes.filter((other) => other !== inSlot[0]), { route, protocol }];
}

function isReachable(
  { routes }: SimulatedKernel,
  { family, table, device: name, gateway }: Extract<Route, { type: 'gateway' }>,
) {
  return routes.some(
    ({ route }) =>
      route.type === 'link' &&
      route.family === family &&
      (route.table === table || route.table === 254) &&
      route.device === name &&
      route.destination !== 'default' &&
      cidrContains(route.destination, gateway),
  );
}

/** Read apart from src/plan/words.ts, so that a slip there is no slip here. */
function readRoute(family: Family, words: readonly string[]): RunningRoute {
  const rest = words[0] === 'blackhole' ? words.slice(1) : words;
  const after = (key: string) => {
    const at = rest.indexOf(key);
    return at < 0 ? undefined : rest[at + 1];
  };
  const place = {
    family,
    table: (after('table') === 'main' ? 254 : Number(after('table'))) as Route['table'],
    destination: rest[0] === 'default' ? 'default' : cidr(rest[0] ?? ''),
  } as const;
  const protocol = after('protocol') ?? 'boot';
  if (words[0] === 'blackhole') return { route: { ...place, type: 'blackhole' }, protocol };
  const dev = device(after('dev') ?? '');
  const via = after('via');
  return via === undefined
    ? { route: { ...place, type: 'link', device: dev }, protocol }
    : {
        route: { ...place, type: 'gateway', device: dev, gateway: ip(via), onlink: rest.includes('onlink') },
        protocol,
      };
}

/** `ip rule VERB …`. */
export function runRule(kernel: SimulatedKernel, family: Family, { words: [verb, ...words], line }: Line): void {
  const wanted = readRule(family, words);
  if (verb === 'add') {
    if (kernel.rules.some((other) => equal(other, wanted))) throw new Error(`File exists: ${line}`);
    kernel.rules.push(wanted);
    return;
  }
  const found = kernel.rules.find(
    ({ rule, protocol }) => equal(rule, wanted.rule) && (wanted.protocol === 'unspec' || protocol === wanted.protocol),
  );
  if (found === undefined) throw new Error(`No such file or directory: ${line}`);
  kernel.rules = kernel.rules.filter((other) => other !== found);
}

function readRule(family: Family, words: readonly string[]): RunningRule {
  const pairs = new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1] ?? ''] as const] : [])));
  const network = (key: string) => (pairs.has(key) ? cidr(pairs.get(key) ?? '') : null);
  const [value, mask] = (pairs.get('fwmark') ?? '').split('/').map(Number);
  const table = pairs.get('lookup');
  return {
    rule: {
      family,
      priority: Number(pairs.get('priority')) as PolicyRule['priority'],
      from: network('from'),
      to: network('to'),
      iif: pairs.has('iif') ? device(pairs.get('iif') ?? '') : null,
      fwmark: pairs.has('fwmark') ? { value: value ?? 0, mask: mask ?? 0 } : null,
      table: (table === 'main' ? 254 : Number(table)) as PolicyRule['table'],
    },
    protocol: pairs.get('protocol') ?? 'unspec',
  };
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
