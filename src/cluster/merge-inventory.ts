import { type Document, isCollection, isMap, isSeq, LineCounter, parseDocument, visit, YAMLMap, YAMLSeq } from 'yaml';
import { blank } from '../domain/blank.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { type InventoryDraft, type NodeGroup, referencesTo, variableOf } from './draft-inventory.ts';
import type { NetworkDraft } from './draft-networks.ts';
import { flowNode } from './flow-node.ts';
import { keepLines } from './keep-lines.ts';
import { networkNode } from './network-node.ts';
import { hostNode, printing } from './write-inventory.ts';
import { areCovered, type WrittenNetwork, writtenNetworks } from './written-networks.ts';

/** The hosts an inventory has, with the address each is reached by; null where it is the name. */
export type KnownHosts = ReadonlyMap<string, string | null>;

/** An inventory with what is new in the cluster. */
export type Merged = {
  readonly text: string;
  /** Where inventory and cluster say different things, a sentence each; the inventory keeps what it says. */
  readonly differences: readonly string[];
};

/** Adds what a cluster has and an inventory has not. Nothing that is written there is changed or taken away, except that blanks are filled. */
export function mergeInventory(
  { text, file, known }: { readonly text: string; readonly file: string; readonly known: KnownHosts },
  draft: InventoryDraft,
): Result<Merged, readonly Diagnostic[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const faults = document.errors.map(({ message, pos }): Diagnostic => {
    const { line, col } = lines.linePos(pos[0]);
    return { severity: 'error', code: 'yaml-syntax', message, hint: null, at: { file, line, column: col } };
  });
  if (faults.length > 0) return err(faults);
  const before = document.toString(printing);
  const differences: string[] = [];
  const newHosts = mergeHosts(document, draft, known, differences);
  mergeVariable(document, 'pod_cidrs', draft.podCidrs.length === 0 ? null : draft.podCidrs, differences);
  mergeVariable(document, 'kube_proxy', draft.kubeProxy, differences);
  mergeNetworks(document, draft, differences);
  for (const group of draft.groups) mergeGroup(document, group, newHosts, differences);
  const after = document.toString(printing);
  return ok({ text: keepLines(text, before, after), differences });
}

function mergeHosts(
  document: Document,
  { hosts }: InventoryDraft,
  known: KnownHosts,
  differences: string[],
): ReadonlySet<string> {
  const byAddress = new Map([...known].map(([name, address]) => [address ?? name, name]));
  const added = new Set<string>();
  const met = new Set<string>();
  for (const { name, address } of hosts) {
    const host = known.has(name) ? name : address === null ? undefined : byAddress.get(address);
    if (host === undefined) {
      mapAt(document, ['all', 'children', 'nodes', 'hosts']).set(name, hostNode(document, address));
      added.add(name);
      continue;
    }
    met.add(host);
    const written = known.get(host) ?? null;
    if (address !== null && written !== null && written !== address)
      differences.push(`host ${host} is at ${written} here, node ${name} at ${address} in the cluster`);
  }
  for (const name of known.keys()) if (!met.has(name)) differences.push(`host ${name} is no node of the cluster`);
  return added;
}

function mergeVariable(
  document: Document,
  name: string,
  value: string | readonly string[] | null,
  differences: string[],
): void {
  if (value === null) return;
  const written: unknown[] = [];
  visit(document, {
    Pair(_, { key, value: node }) {
      if (String(key) === name) written.push(isSeq(node) || isMap(node) ? node.toJSON() : node);
    },
  });
  if (written.length === 0) {
    mapAt(document, ['all', 'vars']).set(name, flowNode(document, value));
  } else if (!written.some((each) => wordsOf(each) === wordsOf(value)))
    differences.push(`${name} is ${written.map(wordsOf).join(' or ')} here, ${wordsOf(value)} in the cluster`);
}

function mergeNetworks(document: Document, draft: InventoryDraft, differences: string[]): void {
  const written = writtenNetworks(document);
  const covered = written.flatMap(({ pools }) => pools ?? []);
  for (const network of draft.networks) {
    const same = written.find(({ name }) => name === network.name);
    if (same !== undefined) mergeNetwork(document, same, { draft: network, differences });
    else if (network.pools.length === 0 || !areCovered(network.pools, covered)) addNetwork(document, draft, network);
  }
  const pools = draft.networks.flatMap((network) => network.pools);
  for (const { name, pools: mine } of written)
    if (mine !== null && !draft.networks.some((network) => network.name === name) && !areCovered(mine, pools))
      differences.push(`network "${name}" is no pool of the cluster`);
}

function mergeNetwork(
  document: Document,
  { name, pools, node }: WrittenNetwork,
  { draft, differences }: { readonly draft: NetworkDraft; readonly differences: string[] },
): void {
  if (pools !== null && !(areCovered(draft.pools, pools) && areCovered(pools, draft.pools)))
    differences.push(`network "${name}" has the pools ${wordsOf(pools)} here, ${wordsOf(draft.pools)} in the cluster`);
  const { gateway, link } = draft;
  const told: readonly (readonly [readonly string[], string | number | readonly string[] | null])[] = [
    [['gateway'], gateway],
    ...('device' in link
      ? [[['link', 'device'], link.device] as const]
      : [[['link', 'parent'], link.parent] as const, [['link', 'vlan'], link.vlan] as const]),
  ];
  for (const [path, value] of told) {
    const found: unknown = node.getIn(path);
    const here: unknown = isCollection(found) ? found.toJSON() : found;
    if (value === null || value === blank || wordsOf(here) === wordsOf(value)) continue;
    if (here === blank) node.setIn(path, flowNode(document, value));
    // A reference may well come to the same.
    else if (here !== undefined && !String(here).includes('{{'))
      differences.push(
        `${path.join('.')} of network "${name}" is ${wordsOf(here)} here, ${wordsOf(value)} in the cluster`,
      );
  }
}

function addNetwork(document: Document, { groups }: InventoryDraft, network: NetworkDraft): void {
  const vars = mapAt(document, ['all', 'vars']);
  const networks: unknown = vars.get('networks');
  if (isSeq(networks)) return void networks.add(networkNode(document, network));
  if (groups.length > 0) return void vars.set(variableOf(network.name), networkNode(document, network));
  const list = new YAMLSeq();
  list.add(networkNode(document, network));
  vars.set('networks', list);
}

/** A group's networks replace those of all its hosts, so only new hosts are put into one; what it would mean for others is told. */
function mergeGroup(
  document: Document,
  { name, networks, hosts }: NodeGroup,
  newHosts: ReadonlySet<string>,
  differences: string[],
): void {
  const variables = networks.map(variableOf);
  // Networks in one list are for all hosts of it: whoever wrote that wants no groups.
  if (!variables.every((variable) => document.hasIn(['all', 'vars', variable]))) return;
  const there: unknown = document.getIn(['all', 'children', name]);
  const written = isMap(there) ? there.get('hosts') : null;
  const missing = hosts.filter((host) => !isMap(written) || !written.has(host));
  const added = missing.filter((host) => newHosts.has(host));
  const others = missing.filter((host) => !newHosts.has(host));
  if (added.length > 0) {
    for (const host of added) mapAt(document, ['all', 'children', name, 'hosts']).set(host, document.createNode(null));
    const vars = mapAt(document, ['all', 'children', name, 'vars']);
    if (!vars.has('networks')) vars.set('networks', document.createNode(referencesTo(networks)));
  }
  if (others.length > 0)
    differences.push(
      `${others.join(', ')}: the cluster announces ${networks.join(', ')} from there; see to "networks"`,
    );
}

/** The mapping at a path, made where there is none. */
function mapAt(document: Document, path: readonly string[]): YAMLMap {
  if (!isMap(document.contents)) document.contents = new YAMLMap() as typeof document.contents;
  let at = document.contents as unknown as YAMLMap;
  for (const key of path) {
    const next: unknown = at.get(key);
    if (isMap(next)) at = next;
    else {
      const made = new YAMLMap();
      at.set(key, made);
      at = made;
    }
  }
  return at;
}

function wordsOf(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
