import { type Document, isMap, isScalar, type Scalar, type YAMLMap } from 'yaml';
import { blank } from '../domain/blank.ts';
import type { NetworkDraft } from './draft-networks.ts';
import { flowNode } from './flow-node.ts';

/** A network as a node of a YAML document, with a comment at what is blank. */
export function networkNode(document: Document, { name, pools, link, gateway }: NetworkDraft): YAMLMap {
  const node = document.createNode({
    name,
    pools: flowNode(document, pools),
    link: flowNode(document, linkOf(link)),
    ...(gateway === null ? {} : { gateway: flowNode(document, gateway) }),
  }) as YAMLMap;
  const linkNode = node.get('link');
  if (isMap(linkNode) && Object.values(link).includes(blank)) linkNode.comment = ' where its traffic comes in';
  const gatewayNode: unknown = node.get('gateway', true);
  if (isScalar(gatewayNode) && gateway === blank) (gatewayNode as Scalar).comment = ' the router clients come by';
  return node;
}

function linkOf(link: NetworkDraft['link']): object {
  if ('device' in link) return { device: link.device };
  const { parent, vlan, name } = link;
  return { parent, vlan, ...(name === null ? {} : { name }) };
}
