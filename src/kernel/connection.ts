import type { IpAddress } from '../domain/address.ts';
import type { Backend } from '../domain/explanation.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { PodPlace } from './node-model.ts';

/** A service's address, who asks for it, and where such requests come in. */
export type Service = {
  readonly vip: IpAddress;
  readonly client: IpAddress;
  readonly device: InterfaceName;
  /** Where replies must leave by; null where the clients are on the link itself. */
  readonly gateway: IpAddress | null;
};

/** One connection under way: which backend answers, where that is, and whether its requests are masqueraded. */
export type Connection = Service & {
  readonly backend: Backend;
  /** Null for a pod in the host's network: its address is the node's. */
  readonly pod: PodPlace | null;
  /** externalTrafficPolicy: Cluster puts in the node's address as the source, so that the reply comes back here. */
  readonly isMasqueraded: boolean;
};
