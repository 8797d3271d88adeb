import { filledText, texts } from './coerce.ts';

/** The options of `init`. */
export const initOptions = {
  host: {
    requiresArg: true,
    describe: 'A host, or a range of them as node[01:30]; NAME=ADDRESS where DNS does not know it; may be repeated',
    coerce: texts('--host'),
  },
  user: { alias: 'u', requiresArg: true, describe: 'Whom to log in as; root by default', coerce: filledText('--user') },
  network: { requiresArg: true, describe: 'Name of the network; public by default', coerce: filledText('--network') },
  pool: {
    requiresArg: true,
    describe: 'A pool of MetalLB: a CIDR, or first-last; may be repeated',
    coerce: texts('--pool'),
  },
  parent: { requiresArg: true, describe: 'The interface that has the VLAN', coerce: filledText('--parent') },
  vlan: { requiresArg: true, describe: 'The VLAN of the pools', coerce: filledText('--vlan') },
  device: { requiresArg: true, describe: 'The interface, where there is no VLAN', coerce: filledText('--device') },
  gateway: { requiresArg: true, describe: 'The router of the pools', coerce: filledText('--gateway') },
  'pod-cidr': { requiresArg: true, describe: 'A network of the pods; may be repeated', coerce: texts('--pod-cidr') },
  out: {
    alias: 'o',
    default: 'inventory.yaml',
    requiresArg: true,
    describe: 'The inventory to write',
    coerce: filledText('--out'),
  },
} as const;
