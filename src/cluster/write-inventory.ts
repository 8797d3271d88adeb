import { Document, type YAMLMap, YAMLSeq } from 'yaml';
import { blank } from '../domain/blank.ts';
import { type InventoryDraft, referencesTo, variableOf } from './draft-inventory.ts';
import { flowNode } from './flow-node.ts';
import { networkNode } from './network-node.ts';

/** How inventories are printed: no line is folded. */
export const printing = { lineWidth: 0, nullStr: '' } as const;

/** The text of a new inventory. */
export function writeInventory(draft: InventoryDraft): string {
  const document = new Document({ all: { vars: {}, children: { nodes: { hosts: {} } } } });
  document.commentBefore = [
    ' yaml-language-server: $schema=mlbroute.schema.json',
    ` Made by "mlbroute inventory import" from the objects of a cluster. Fill in what is marked ${blank}, and edit the rest as you like:`,
    ' another import adds what is new in the cluster and keeps what is written here.',
  ].join('\n');
  const vars = document.getIn(['all', 'vars']) as YAMLMap;
  if (draft.podCidrs.length > 0) vars.set('pod_cidrs', flowNode(document, [...draft.podCidrs]));
  if (draft.kubeProxy !== null) vars.set('kube_proxy', draft.kubeProxy);
  if (draft.groups.length === 0) {
    const networks = new YAMLSeq();
    for (const network of draft.networks) networks.add(networkNode(document, network));
    vars.set('networks', networks);
  } else for (const network of draft.networks) vars.set(variableOf(network.name), networkNode(document, network));
  for (const { name, address } of draft.hosts)
    document.setIn(['all', 'children', 'nodes', 'hosts', name], hostNode(document, address));
  for (const { name, networks, hosts } of draft.groups) {
    const vars = { networks: referencesTo(networks) };
    const members = Object.fromEntries(hosts.map((host) => [host, null]));
    document.setIn(['all', 'children', name], document.createNode({ vars, hosts: members }));
  }
  return document.toString(printing);
}

/** The variables of a host. */
export function hostNode(document: Document, address: string | null): unknown {
  return address === null ? document.createNode(null) : flowNode(document, { ansible_host: address });
}
