import type { Cidr, Family, IpAddress } from '../../domain/address.ts';
import type { ReturnPath } from '../../domain/desired-state.ts';
import type { InterfaceName } from '../../domain/link.ts';
import type { NetworkSpec } from '../../schema/host-spec.ts';
import type { Numbers } from './numbering.ts';

/** One network on one host with every choice made, as far as one family goes. */
export type ResolvedNetwork = {
  readonly name: string;
  readonly family: Family;
  /** Sorted, each once, all of the family. */
  readonly pools: readonly Cidr[];
  /** Where requests to the pools come in. */
  readonly device: InterfaceName;
  readonly link: NetworkSpec['link'];
  /** Whether `device` has an IPv4 address: only then is loose rp_filter enough. */
  readonly hasAddress: boolean;
  readonly gateway: IpAddress | null;
  readonly address: NetworkSpec['address'];
  readonly neighbor: NetworkSpec['neighbor'];
  readonly returnPath: ReturnPath;
  /** Why that return path, as printed with every plan. */
  readonly reason: string;
  readonly numbers: Numbers;
  readonly rpFilter: NetworkSpec['rpFilter'];
  readonly loopGuard: boolean;
};

/** The interface of a link, whether mlbroute makes it or finds it. */
export function deviceOf(link: NetworkSpec['link']): InterfaceName {
  return link.kind === 'vlan' ? link.name : link.device;
}
