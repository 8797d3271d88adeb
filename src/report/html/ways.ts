import type { Decision } from '../../domain/desired-state.ts';
import type { VlanLink } from '../../domain/link.ts';
import { unreachable } from '../../domain/result.ts';
import { formatFwmark } from '../../domain/routing.ts';
import { differenceLines, type HostReport } from '../run-report.ts';

/** How a way or a stop fares: as described; something is due there or was undone; trouble. */
type Health = 'good' | 'due' | 'bad';

/** Something that packets pass. */
export type Stop = {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly health: Health;
};

/** The way of a request of one network, or of its reply, by the ids of its stops. */
export type Way = {
  readonly network: string;
  readonly kind: 'request' | 'reply';
  readonly stops: readonly string[];
  readonly health: Health;
};

/** The picture of a host before it has places. */
export type Picture = { readonly stops: readonly Stop[]; readonly ways: readonly Way[] };

/**
 * The ways of requests and replies of each network through client, router, parent, VLAN, table and node. A stop is in trouble where a finding
 * names it; a way, where one of its stops is, or the network as a whole. `node` is the title of the host or hosts.
 */
export function waysOf(host: HostReport, node: string): Picture {
  if (host.plan === null) return { stops: [], ways: [] };
  const { decisions, links } = host.plan;
  const overall = healthOfOutcome(host);
  // Where a stray reply went instead is no place of trouble.
  const lines = (host.outcome === null ? differenceLines(host) : []).map((line) =>
    line.replace(/ would not leave by .*/, ''),
  );
  const bad: Health = host.findings === null ? 'due' : 'bad';
  const healthOf = (names: readonly string[]): Health =>
    names.some((name) => lines.some((line) => isNamedIn(name, line))) ? bad : 'good';

  const stops = new Map<string, Stop>();
  const ways = decisions.flatMap((decision): Way[] => {
    const { way, back } = stopsOf(decision, links, node);
    for (const { names, ...stop } of [...way, ...back])
      stops.set(stop.id, { ...stop, health: overall ?? healthOf(names) });
    const isNamed = lines.some((line) => isNamedIn(`network ${decision.network}`, line));
    const fareOf = (passed: readonly NamedStop[]): Health =>
      overall ?? worst(passed.map(({ id }) => stops.get(id)?.health ?? 'good'));
    const request = fareOf(way);
    const reply = fareOf(back);
    // What is only known of the network as a whole is shown where replies go: that is what mlbroute is about.
    const isUnplaced = overall === null && isNamed && request === 'good' && reply === 'good';
    return [
      { network: decision.network, kind: 'request', stops: way.map(({ id }) => id), health: request },
      { network: decision.network, kind: 'reply', stops: back.map(({ id }) => id), health: isUnplaced ? bad : reply },
    ];
  });
  return { stops: [...stops.values()], ways };
}

/** A stop with the words by which findings name it. */
type NamedStop = Omit<Stop, 'health'> & { readonly names: readonly string[] };

function stopsOf(
  { network, pools, device, gateway, table, fwmark, returnPath }: Decision,
  links: readonly VlanLink[],
  node: string,
): { readonly way: readonly NamedStop[]; readonly back: readonly NamedStop[] } {
  const client = { id: 'client', title: 'client', detail: 'anywhere', names: [] };
  const router = {
    ...{ id: `router ${gateway ?? 'main'}`, title: gateway ?? 'router' },
    ...{ detail: gateway === null ? 'of the main table' : 'router', names: gateway === null ? [] : [gateway] },
  };
  const link = links.find(({ name }) => name === device);
  const parent = link === undefined ? [] : [deviceStop(link.parent, 'parent interface')];
  const own = device === null ? [] : [deviceStop(device, link === undefined ? 'interface' : `VLAN ${link.id}`)];
  // A network of both families has one box for each.
  const pool = { id: `network ${network} ${pools.join(' ')}`, title: network, detail: fewOf(pools), names: [] };
  const end = { id: 'node', title: node, detail: 'node', names: [] };
  const mark = fwmark === null ? null : formatFwmark(fwmark);
  const leaving = {
    id: `table ${table ?? 'main'} ${mark ?? ''}`,
    title: `table ${table ?? 'main'}`,
    detail: mark === null ? `return path ${returnPath}` : `mark ${mark}`,
    names: [...(table === null ? [] : [`table ${table}`, `lookup ${table}`]), ...(mark === null ? [] : [mark])],
  };
  const outside = [client, router, ...parent, ...own];
  return { way: [...outside, pool, end], back: [end, leaving, ...outside.toReversed()] };
}

/** A box has room for few; all of them stand in words beside the picture. */
function fewOf(pools: readonly string[]): string {
  return pools.length <= 3 ? pools.join(', ') : `${pools.slice(0, 2).join(', ')} and ${pools.length - 2} more`;
}

function deviceStop(name: string, detail: string): NamedStop {
  return { id: `device ${name}`, title: name, detail, names: [name] };
}

/** Null: what was found and what is due says it, stop by stop. */
function healthOfOutcome({ outcome }: HostReport): Health | null {
  if (outcome === null) return null;
  switch (outcome.status) {
    case 'unchanged':
    case 'changed':
      return 'good';
    case 'not-started':
    case 'failed':
    case 'reverted':
      return 'due';
    case 'unreachable':
    case 'unknown':
    case 'stranded':
      return 'bad';
    default:
      return unreachable(outcome);
  }
}

function worst(healths: readonly Health[]): Health {
  return healths.find((health) => health === 'bad') ?? healths.find((health) => health === 'due') ?? 'good';
}

/** Whether a text names a thing: `eth0` is not named by `eth0.100`, and `50-mlbroute-eth0.100.network` names that. */
function isNamedIn(name: string, text: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()[\]|\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.])${escaped}(?!\\w|[.:/]\\w*\\d)`).test(text);
}
