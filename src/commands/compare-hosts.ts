import { type Diagnostic, unplacedWarning } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { foldHosts } from '../report/fold.ts';
import type { NetworkSpec } from '../schema/host-spec.ts';
import type { Loaded } from './deployments.ts';
import type { Io } from './io.ts';

/** What one host is asked to have. */
type Host = { readonly name: HostName; readonly networks: readonly NetworkSpec[] };

/** Tells what hosts that are changed together have in the way of each other. */
export function tellDoubts(hosts: Loaded['hosts'], io: Io): void {
  const doubts = compareHosts(hosts.map(({ name, wants }) => ({ name, networks: wants.spec.networks })));
  io.stderr(formatDiagnostics(doubts, () => null));
}

/** What can only be seen by looking at several hosts at once. Each is a warning: it may be meant. */
export function compareHosts(hosts: readonly Host[]): readonly Diagnostic[] {
  const entries = hosts.flatMap(({ name, networks }) => networks.map((network) => ({ host: name, network })));
  return [...differentNames(entries), ...sharedAddresses(entries)];
}

/** `interfaces` of an L2Advertisement are exact names, and MetalLB does not look at them when it chooses who announces. */
function differentNames(all: readonly Entry[]): readonly Diagnostic[] {
  return groupBy(all, ({ name }) => name).flatMap(([network, entries]) => {
    const names = groupBy(entries, ({ link }) => (link.kind === 'vlan' ? link.name : link.device));
    if (names.length < 2) return [];
    const places = names.map(([name, users]) => `${name} on ${hostsOf(users)}`).join(', ');
    return [
      unplacedWarning(
        'interface-names',
        `network "${network}" comes in by ${places}`,
        'an L2Advertisement with "interfaces" must list all of these names; link.name gives VLANs the same one everywhere',
      ),
    ];
  });
}

function sharedAddresses(all: readonly Entry[]): readonly Diagnostic[] {
  return groupBy(all, ({ address }) => address?.address ?? null).flatMap(([address, users]) => {
    if (new Set(users.map(({ host }) => host)).size < 2) return [];
    return [
      unplacedWarning(
        'address-shared',
        `address ${address} is that of several hosts: ${hostsOf(users)}`,
        'answers to ARP go to whoever asked, but others see one address with several Ethernet addresses; give each host its own',
      ),
    ];
  });
}

type Entry = { readonly host: HostName; readonly network: NetworkSpec };

/** Entries by a key, sorted by it; those without one are left out. */
function groupBy(entries: readonly Entry[], keyOf: (network: NetworkSpec) => string | null) {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry.network);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function hostsOf(users: readonly Entry[]): string {
  return foldHosts([...new Set(users.map(({ host }) => host))]);
}
