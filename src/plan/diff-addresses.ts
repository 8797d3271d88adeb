import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import { addressArgv, dependence, routeArgv, routeWords } from '../domain/ip-words.ts';
import type { InterfaceAddress, Neighbor } from '../domain/neighborhood.ts';
import type { Observed } from '../domain/observed.ts';
import type { Route } from '../domain/routing.ts';
import { remember } from './diff-neighbors.ts';
import { routeKey } from './words.ts';

/** Additions come before the routes, removals after them. */
type Delta = { readonly additions: readonly RuntimeChange[]; readonly removals: readonly RuntimeChange[] };

/**
 * Gives interfaces the addresses that are missing, and takes away those that only the last push wanted. With its last IPv4 address an
 * interface loses all routes over it, whatever their table, and all neighbours (fib_disable_ip), and with an address those that share its network and came later
 * (`promote_secondaries`). So whoever deletes one, be it as an undo, puts back what should be left.
 */
export function diffAddresses(desired: DesiredState, observed: Observed): Delta {
  const { facts, recorded, running } = observed;
  const wanted = desired.addresses ?? [];
  const owned = recorded?.desired.addresses ?? [];
  const isThere = ({ device, address, prefixLength }: InterfaceAddress) =>
    facts.interfaces.some(
      ({ name, addresses }) =>
        name === device && addresses.some((has) => has.address === address && has.prefixLength === prefixLength),
    );
  const isWanted = (each: InterfaceAddress) => wanted.some((other) => isSame(each, other));
  const leaving = new Set((recorded?.links ?? []).filter((name) => !desired.links.some((link) => link.name === name)));
  const gone = owned.filter((each) => isThere(each) && !isWanted(each) && !leaving.has(each.device));
  const ownedRoutes = new Set([...desired.routes, ...(recorded?.desired.routes ?? [])].map(routeKey));
  const others = running.routes.filter(
    ({ route, protocol }) => protocol !== 'kernel' && !ownedRoutes.has(routeKey(route)),
  );
  // Who installed a route does not count, so it may have another protocol than ours.
  const protocolOf = (route: Route) =>
    running.routes.find((found) => routeKey(found.route) === routeKey(route))?.protocol ?? 'static';
  const before = {
    addresses: [...owned, ...wanted].filter(isThere),
    routes: running.routes.filter(({ protocol }) => protocol !== 'kernel'),
    neighbors: running.neighbors ?? [],
  };
  const after = {
    addresses: wanted,
    routes: [...desired.routes.map((route) => ({ route, protocol: protocolOf(route) })), ...others],
    neighbors: neighborsLeft(desired, observed),
  };
  return {
    additions: wanted
      .filter((each) => !isThere(each))
      .map((each) => ({
        sign: '+',
        subject: 'address',
        words: wordsOf(each),
        apply: [command('add', each)],
        undo: [command('delete', each), ...putBack(each, before)],
      })),
    removals: gone.map((each) => ({
      sign: '-',
      subject: 'address',
      words: wordsOf(each),
      apply: [command('delete', each), ...putBack(each, after)],
      undo: [command('replace', each), ...putBack(each, after)],
    })),
  };
}

/** How an address is given to an interface. */
export function command(verb: 'add' | 'delete' | 'replace', each: InterfaceAddress): Command {
  return { argv: addressArgv(verb, each), why: 'the address that ARP asks with', stdin: null };
}

type State = {
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly { readonly route: Route; readonly protocol: string }[];
  readonly neighbors: readonly Neighbor[];
};

/** The neighbours that are wanted, and those of others. */
function neighborsLeft({ neighbors = [] }: DesiredState, { running, recorded }: Observed): readonly Neighbor[] {
  const place = ({ device, address }: Neighbor) => `${device} ${address}`;
  const ours = new Set([...neighbors, ...(recorded?.desired.neighbors ?? [])].map(place));
  return [...neighbors, ...(running.neighbors ?? []).filter((each) => !ours.has(place(each)))];
}

function putBack(gone: InterfaceAddress, { addresses, routes, neighbors }: State): readonly Command[] {
  const { device } = gone;
  const over = routes.filter(
    ({ route }) => route.family === 'ipv4' && route.type !== 'blackhole' && route.device === device,
  );
  const text = ({ route, protocol }: (typeof over)[number]) => [...routeWords(route), protocol].join(' ');
  const sorted = over.toSorted((a, b) => dependence(a.route) - dependence(b.route) || (text(a) < text(b) ? -1 : 1));
  return [
    ...addresses
      .filter((each) => each.device === device && !isSame(each, gone))
      .map((each) => command('replace', each)),
    ...sorted.map(({ route, protocol }) => ({
      argv: routeArgv('replace', route, protocol),
      why: 'an interface without an address has lost it',
      stdin: null,
    })),
    ...neighbors.filter((each) => each.device === device).map(remember),
  ];
}

function isSame(a: InterfaceAddress, b: InterfaceAddress): boolean {
  return a.device === b.device && a.address === b.address && a.prefixLength === b.prefixLength;
}

function wordsOf({ device, address, prefixLength }: InterfaceAddress): string {
  return `address ${address}/${prefixLength} on ${device}`;
}
