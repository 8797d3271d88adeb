import type { IpAddress } from '../domain/address.ts';
import type { Way } from '../domain/explanation.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { NodeModel } from './node-model.ts';
import { openWay } from './way-builder.ts';

/** The way of a single packet that begins a connection; `iif` null: a program of the node sends it. */
export function packetWay(
  node: NodeModel,
  packet: {
    readonly from: IpAddress;
    readonly to: IpAddress;
    readonly iif: InterfaceName | null;
    readonly mark: number;
  },
): Way {
  const way = openWay(node, { ...packet, direction: 'original', connmark: 0 });
  if (packet.iif === null) {
    way.route('sent');
    way.chains('raw', 'OUTPUT');
    way.conntrack();
    way.chains('mangle', 'OUTPUT');
    if (way.packet().mark !== packet.mark) way.route('marked');
  } else {
    way.chains('raw', 'PREROUTING');
    way.conntrack();
    way.chains('mangle', 'PREROUTING');
    way.route('came-in');
    way.checkSource();
  }
  return way.end((device) => device === node.localPod.device);
}
