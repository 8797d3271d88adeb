import type { RebootChange } from '../domain/change.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import { mainTable } from '../domain/routing.ts';
import { diffAddresses } from '../plan/diff-addresses.ts';
import { diffChains } from '../plan/diff-chains.ts';
import { addLinks, removeLinks } from '../plan/diff-links.ts';
import { diffNeighbors } from '../plan/diff-neighbors.ts';
import { diffRoutes, diffRules } from '../plan/diff-routing.ts';
import { routeKey, ruleKey } from '../plan/words.ts';
import { chainsAtBoot } from './chains-at-boot.ts';
import { networkdAtBoot } from './networkd-at-boot.ts';
import { scriptAtBoot } from './script-at-boot.ts';
import { settingAtBoot } from './settings-at-boot.ts';

/** A kernel as far as mlbroute has to do with it. */
type Kernel = Pick<DesiredState, 'links' | 'routes' | 'rules'> &
  Required<Pick<DesiredState, 'addresses' | 'neighbors'>> & {
    readonly chains: ReturnType<typeof chainsAtBoot>;
    readonly down: ReadonlySet<string>;
    readonly setting: (key: string) => string | null;
  };

/**
 * What a restart of the host would change in its running kernel, as its files are now: read from everything that the boot reads, not from what
 * mlbroute would write. It is about what mlbroute keeps or kept there, and all that stands in its tables.
 */
export function rebootChanges(desired: DesiredState, observed: Observed): readonly RebootChange[] {
  return kernelChanges(desired, observed, kernelAtBoot(desired, observed));
}

function kernelAtBoot(desired: DesiredState, observed: Observed): Kernel {
  const byNetworkd = networkdAtBoot(devicesOf(desired, observed), vlansOf(desired, observed), observed);
  const byScript = scriptAtBoot(observed);
  const links = [...byNetworkd.links, ...byScript.links];
  const mtuOf = (parent: string): number | null =>
    links.find(({ name }) => name === parent)?.mtu ??
    observed.facts.interfaces.find(({ name }) => name === parent)?.mtu ??
    null;
  const managed = new Set<string>(byNetworkd.links.flatMap(({ name, isUp }) => (isUp ? [name] : [])));
  return {
    links: links.map(({ isUp: _, ...link }) => ({ ...link, mtu: link.mtu ?? mtuOf(link.parent) })),
    routes: [...byNetworkd.routes, ...byScript.routes],
    rules: [...byNetworkd.rules, ...byScript.rules],
    addresses: [...byNetworkd.addresses, ...byScript.addresses],
    neighbors: [...byNetworkd.neighbors, ...byScript.neighbors],
    chains: chainsAtBoot(observed),
    down: new Set(links.flatMap(({ name, isUp }) => (isUp ? [] : [name]))),
    setting: (key) => settingAtBoot(key, observed.boot, managed),
  };
}

/** The same list for a kernel that was seen after a restart. */
export function changesUntil(desired: DesiredState, observed: Observed, after: Observed): readonly RebootChange[] {
  const { running, facts } = after;
  return kernelChanges(desired, observed, {
    links: running.vlans,
    routes: running.routes.map(({ route }) => route),
    rules: running.rules.map(({ rule }) => rule),
    addresses: addressesOf(after),
    neighbors: running.neighbors ?? [],
    chains: running.chains,
    down: new Set(facts.interfaces.flatMap(({ name, isUp }) => (isUp ? [] : [name]))),
    setting: (key) => running.sysctls[key] ?? null,
  });
}

function kernelChanges(desired: DesiredState, observed: Observed, next: Kernel): readonly RebootChange[] {
  const { running, facts, recorded } = observed;
  const states = [desired, ...(recorded === null ? [] : [recorded.desired])];
  const ours = within(states);
  const wanted = ours(next);
  const here = ours({
    links: running.vlans,
    routes: running.routes.map(({ route }) => route),
    rules: running.rules.map(({ rule }) => rule),
    addresses: addressesOf(observed),
    neighbors: running.neighbors ?? [],
  });
  // What is here plays the part of what the last push left: all of it may go.
  const from = { facts, running, recorded: recordOf(here) };
  const asSeen: Observed = { ...observed, recorded: from.recorded };
  const routes = diffRoutes(wanted.routes, running.routes, here.routes);
  const rules = diffRules(wanted.rules, running.rules, here.rules);
  const others = [diffAddresses(wanted, asSeen), routes, diffNeighbors(wanted, asSeen), rules];
  const changes = [
    ...removeLinks([...vlansOf(desired, observed)], wanted.links, from),
    ...addLinks(
      wanted.links.filter(({ name }) => !next.down.has(name)),
      from,
    ),
    ...others.flatMap(({ additions, removals }) => [...removals, ...additions]),
    ...diffChains(
      next.chains.flatMap((chain) => (chain.hook === null ? [] : [{ ...chain, hook: chain.hook }])),
      running.chains,
    ),
  ];
  return [
    ...changes.map(({ sign, words }) => ({ sign, words })),
    ...downs(wanted.links, next, observed),
    ...settings(states, next, observed),
  ];
}

/** Takes out of a kernel what these states have to do with: their own, and all that stands in their tables. */
function within(
  states: readonly DesiredState[],
): (kernel: Pick<Kernel, 'links' | 'routes' | 'rules' | 'addresses' | 'neighbors'>) => DesiredState {
  const tables = new Set(
    states
      .flatMap(({ routes, rules }) => [...routes, ...rules].map(({ table }) => table))
      .filter((table) => table !== mainTable),
  );
  const routes = new Set(states.flatMap((state) => state.routes.map(routeKey)));
  const rules = new Set(states.flatMap((state) => state.rules.map(ruleKey)));
  const links = new Set(states.flatMap((state) => state.links.map(({ name }) => name)));
  const placeOf = ({ device, address }: { readonly device: string; readonly address: string }) =>
    `${device} ${address}`;
  const addresses = new Set(states.flatMap((state) => (state.addresses ?? []).map(placeOf)));
  const neighbors = new Set(states.flatMap((state) => (state.neighbors ?? []).map(placeOf)));
  return (kernel) => ({
    ...{ decisions: [], chains: [], sysctls: [] },
    links: kernel.links.filter(({ name }) => links.has(name)),
    routes: kernel.routes.filter((route) => tables.has(route.table) || routes.has(routeKey(route))),
    rules: kernel.rules.filter((rule) => tables.has(rule.table) || rules.has(ruleKey(rule))),
    addresses: kernel.addresses.filter((each) => addresses.has(placeOf(each))),
    neighbors: kernel.neighbors.filter((each) => neighbors.has(placeOf(each))),
  });
}

function addressesOf({ facts }: Observed): Kernel['addresses'] {
  return facts.interfaces.flatMap(({ name, addresses }) => addresses.map((each) => ({ device: name, ...each })));
}

/** VLANs that are made, and that nobody brings up. */
function downs(links: DesiredState['links'], { down }: Kernel, { facts }: Observed): readonly RebootChange[] {
  const isUp = (name: string) => facts.interfaces.some((each) => each.name === name && each.isUp);
  return links.flatMap(({ name }) => (down.has(name) && isUp(name) ? [{ sign: '~', words: `link ${name} down` }] : []));
}

/** Settings of devices that go are gone with them. */
function settings(states: readonly DesiredState[], next: Kernel, { running }: Observed): readonly RebootChange[] {
  const keys = [...new Set(states.flatMap(({ sysctls }) => sysctls.map(({ key }) => key)))].sort();
  return keys.flatMap((key): readonly RebootChange[] => {
    const [now, then] = [running.sysctls[key], next.setting(key)];
    if (now === undefined || then === null || now === then) return [];
    return [{ sign: '~', words: `sysctl ${key} ${now} → ${then}` }];
  });
}

function recordOf(desired: DesiredState): Manifest {
  return {
    ...{ version: 1, generation: 1, pushedBy: null, files: [], sysctlsBefore: {} },
    desired,
    links: desired.links.map(({ name }) => name),
  };
}

function vlansOf(desired: DesiredState, { recorded }: Observed): ReadonlySet<string> {
  return new Set([...desired.links, ...(recorded?.desired.links ?? [])].map(({ name }) => name));
}

function devicesOf(desired: DesiredState, { recorded }: Observed): ReadonlySet<string> {
  const states = [desired, ...(recorded === null ? [] : [recorded.desired])];
  return new Set<string>(
    states.flatMap(({ links, routes, addresses = [], neighbors = [], decisions }) => [
      ...links.map(({ parent }) => parent),
      ...routes.flatMap((route) => ('device' in route ? [route.device] : [])),
      ...[...addresses, ...neighbors].map(({ device }) => device),
      ...decisions.flatMap(({ device }) => device ?? []),
    ]),
  );
}
