import { type Cidr, parseIp } from '../domain/address.ts';
import { blank } from '../domain/blank.ts';
import { type Diagnostic, unplacedWarning } from '../domain/diagnostic.ts';
import { parseInterfaceName, parseVlanId } from '../domain/link.ts';
import type { AnnouncedPool } from './cluster.ts';

/** A network of the inventory as far as the cluster knows it; what it does not know is `blank`. */
export type NetworkDraft = {
  readonly name: string;
  readonly pools: readonly Cidr[];
  readonly link:
    | { readonly device: string }
    | { readonly parent: string; readonly vlan: number | typeof blank; readonly name: string | null };
  /** A list has one of each family. Null: there is none, as an annotation says. */
  readonly gateway: string | readonly string[] | null;
  /** The nodes that have it. */
  readonly nodes: readonly string[];
};

/** The annotations of a pool that say what MetalLB has no field for. `none` for a VLAN: the parent itself; for a gateway: there is none. */
const annotation = {
  gateway: 'mlbroute.io/gateway',
  vlan: 'mlbroute.io/vlan',
  parent: 'mlbroute.io/parent',
} as const;

/** The networks that pools need. Annotations count before what names of interfaces give away. */
export function draftNetworks(
  pools: readonly AnnouncedPool[],
  warn: (warning: Diagnostic) => void,
): readonly NetworkDraft[] {
  return pools.map((pool) => ({
    name: pool.name.slice(0, 63),
    pools: pool.cidrs,
    link: linkOf(pool, warn),
    gateway: gatewayOf(pool, warn),
    nodes: pool.nodes,
  }));
}

function linkOf(pool: AnnouncedPool, warn: (warning: Diagnostic) => void): NetworkDraft['link'] {
  const { parent, vlan } = {
    parent: annotated(pool, 'parent', isInterface, warn),
    vlan: annotated(pool, 'vlan', isVlan, warn),
  };
  // Several names mean several kinds of nodes, which nothing here tells apart.
  const only = pool.interfaces?.length === 1 ? (pool.interfaces[0] ?? null) : null;
  const named = /^(.+)\.(\d{1,4})$/.exec(only ?? '');
  const [, namedParent = '', namedVlan = ''] = named !== null && isVlan(named[2] ?? '') ? named : [];
  if (vlan === 'none' && (parent ?? only) !== null) return { device: parent ?? only ?? blank };
  if (parent === null && vlan === null) {
    if (namedParent !== '') return { parent: namedParent, vlan: Number(namedVlan), name: null };
    if (only !== null) return { device: only };
  }
  const link = {
    parent: parent ?? (namedVlan === vlan && namedParent !== '' ? namedParent : blank),
    vlan: numberOrBlank(vlan ?? (namedParent === parent && namedVlan !== '' ? namedVlan : null)),
  };
  if (only === null || `${link.parent}.${link.vlan}` === only) return { ...link, name: null };
  // MetalLB announces on interfaces of exactly this name.
  return { ...link, name: only };
}

function numberOrBlank(vlan: string | null): number | typeof blank {
  return vlan === null || vlan === 'none' ? blank : Number(vlan);
}

function gatewayOf(pool: AnnouncedPool, warn: (warning: Diagnostic) => void): NetworkDraft['gateway'] {
  const addressesOf = (text: string) => text.split(',').map((part) => part.trim());
  const isRight = (text: string) => text === 'none' || addressesOf(text).every((address) => parseIp(address).ok);
  const text = annotated(pool, 'gateway', isRight, warn);
  if (text === null) return blank;
  const addresses = addressesOf(text);
  return text === 'none' ? null : addresses.length > 1 ? addresses : text;
}

function annotated(
  { name, annotations }: AnnouncedPool,
  key: keyof typeof annotation,
  isRight: (text: string) => boolean,
  warn: (warning: Diagnostic) => void,
): string | null {
  const text = annotations.get(annotation[key])?.trim();
  if (text === undefined || text === '') return null;
  if (isRight(text)) return text;
  const message = `annotation ${annotation[key]} of pool "${name}" is "${text}", which is no ${key}`;
  warn(unplacedWarning('annotation', message, 'it is left blank'));
  return null;
}

function isInterface(text: string): boolean {
  return parseInterfaceName(text).ok;
}

function isVlan(text: string): boolean {
  return text === 'none' || (/^\d{1,4}$/.test(text) && parseVlanId(Number(text)).ok);
}
