import { parseEmbedded } from './embedded.ts';
import { labelsAt, listAt, textAt, textsAt } from './json-path.ts';
import type { Manifest } from './manifests.ts';

/** A pool of addresses, in any shape MetalLB has had for it. */
export type Pool = {
  readonly name: string;
  /** CIDRs and ranges, as they were written. */
  readonly addresses: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** Older shapes say themselves how they are announced: `layer2` by every node; in IPAddressPool advertisements do, and it is null. */
  readonly protocol: string | null;
};

/** The pools of one object: an IPAddressPool or AddressPool has one, the ConfigMap of MetalLB before 0.13 several, all else none. */
export function poolsOf({ kind, body }: Manifest): readonly Pool[] {
  const metadata = {
    name: textAt(body, ['metadata', 'name']) ?? '',
    labels: labelsAt(body, ['metadata', 'labels']),
    annotations: labelsAt(body, ['metadata', 'annotations']),
  };
  switch (kind) {
    case 'IPAddressPool':
      return [{ ...metadata, addresses: textsAt(body, ['spec', 'addresses']), protocol: null }];
    case 'AddressPool':
      return [
        {
          ...metadata,
          addresses: textsAt(body, ['spec', 'addresses']),
          protocol: textAt(body, ['spec', 'protocol']) ?? 'layer2',
        },
      ];
    case 'ConfigMap':
      return metadata.name === 'config' ? oldPools(textAt(body, ['data', 'config']) ?? '') : [];
    default:
      return [];
  }
}

function oldPools(config: string): readonly Pool[] {
  // A ConfigMap of this name may be anybody's.
  if (!/^address-pools:/m.test(config)) return [];
  return listAt(parseEmbedded(config), ['address-pools']).map((pool) => ({
    name: textAt(pool, ['name']) ?? '',
    addresses: textsAt(pool, ['addresses']),
    labels: new Map(),
    annotations: new Map(),
    protocol: textAt(pool, ['protocol']) ?? 'layer2',
  }));
}
