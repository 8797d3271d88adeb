import * as z from 'zod';
import { type Cidr, type Family, familyOf, familyWord, type IpAddress } from '../domain/address.ts';
import type { DeclaredFile } from '../domain/declared-file.ts';
import { parseInterfaceName, type VlanLink } from '../domain/link.ts';
import type { MarkSetting } from '../domain/mark-setting.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import { mainTable, type PolicyRule, type Route } from '../domain/routing.ts';
import { parseSysctlKey, type SysctlSetting } from '../domain/sysctl.ts';
import type { UnitSetting } from '../domain/unit-setting.ts';
import { type CheckContext, refuse, settle } from './check.ts';
import { cidr, domainVariables } from './domain-variables.ts';
import { fileVerbKeys, fileVerbs } from './file-schema.ts';
import { interfaceName, mtuBytes, vlanId } from './link-schema.ts';
import { families, netfilterVerbKeys, netfilterVerbs } from './netfilter-schema.ts';
import { address, mark, priority, table } from './network-schema.ts';
import { serviceVerbKeys, serviceVerbs } from './service-schema.ts';

const vlanKeys = z.strictObject({
  parent: interfaceName.meta({ description: 'Interface the VLAN is made on' }),
  id: vlanId.meta({ description: 'VLAN id' }),
  name: interfaceName.nullish().meta({ description: 'Name of the interface; parent.id by default' }),
  mtu: mtuBytes.nullish().meta({ description: 'MTU in bytes; that of the parent by default' }),
});

const routeKeys = z.strictObject({
  to: z
    .union([z.literal('default'), cidr])
    .meta({ description: 'Where the route leads: a network in CIDR form, or default' }),
  dev: interfaceName.meta({ description: 'Interface it leaves by' }),
  via: address.nullish().meta({ description: 'Gateway; without one, the network is on the link itself' }),
  onlink: z.boolean().default(false).meta({ description: 'The gateway is on the link though no route says so' }),
  table: table.meta({ description: 'Routing table, not one of the kernel’s own' }),
});

const ruleKeys = z.strictObject({
  priority: priority.meta({ description: 'Priority; lower is tried first' }),
  from: cidr.nullish().meta({ description: 'Packets from this network' }),
  to: cidr.nullish().meta({ description: 'Packets to this network' }),
  iif: interfaceName.nullish().meta({ description: 'Packets that came in by this interface' }),
  fwmark: mark.nullish().meta({ description: 'Packets with this mark, under mask 0x1f00 unless given' }),
  table: z
    .union([z.literal('main'), table], { error: 'table must be a number, or main' })
    .meta({ description: 'Routing table they take: a number, or main' }),
  family: families.nullish().meta({ description: 'ipv4, ipv6 or both; by default that of the addresses, else ipv4' }),
});

const sysctlKeys = z.strictObject({
  name: z.string().meta({ description: 'Kernel setting; write net/ipv4/conf/eth0.100/… for an interface with a dot' }),
  value: z
    .union([z.string(), z.number(), z.boolean()], { error: 'value must be text, a number or a boolean' })
    .meta({ description: 'Its value; numbers in one text for a setting of several' }),
});

/** The arguments of each task as they must be once references are expanded. */
export const verbSchemas = {
  metallb_l2: z
    .strictObject(domainVariables.shape)
    .nullish()
    .meta({ description: 'Return paths for networks; keys here count over the variables of the host' }),
  vlan: vlanKeys.meta({ description: 'A VLAN interface without addresses' }).transform(toVlan),
  route: routeKeys.meta({ description: 'A route of a table of its own' }).transform(toRoute),
  rule: ruleKeys.meta({ description: 'A policy rule' }).transform(toRules),
  sysctl: sysctlKeys.meta({ description: 'A setting of the kernel' }).transform(toSysctl),
  ...fileVerbs,
  ...netfilterVerbs,
  ...serviceVerbs,
} as const;

/** What a task can be. */
export type Verb = keyof typeof verbSchemas;

/** The keys of each verb's arguments. */
export const verbKeys: { readonly [verb in Verb]: readonly string[] } = {
  metallb_l2: Object.keys(domainVariables.shape),
  vlan: Object.keys(vlanKeys.shape),
  route: Object.keys(routeKeys.shape),
  rule: Object.keys(ruleKeys.shape),
  sysctl: Object.keys(sysctlKeys.shape),
  ...fileVerbKeys,
  ...netfilterVerbKeys,
  ...serviceVerbKeys,
};

/** What a task declares for a host, parsed. */
export type Declaration =
  | { readonly kind: 'vlan'; readonly link: VlanLink }
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'rule'; readonly rules: readonly PolicyRule[] }
  | { readonly kind: 'sysctl'; readonly setting: SysctlSetting }
  | { readonly kind: 'file'; readonly file: DeclaredFile }
  | { readonly kind: 'mark'; readonly marks: readonly MarkSetting[] }
  | { readonly kind: 'iptables'; readonly chains: readonly NetfilterChain[] }
  | { readonly kind: 'kernel_module'; readonly module: string }
  | { readonly kind: 'unit'; readonly unit: UnitSetting };

/** The verbs in the order of the reference. */
export const verbNames = Object.keys(verbSchemas) as readonly Verb[];

function toVlan({ parent, id, name, mtu }: z.output<typeof vlanKeys>, context: CheckContext): VlanLink {
  const params = { code: 'interface-name', hint: 'give the VLAN a shorter name' };
  return { parent, id, name: name ?? settle(parseInterfaceName(`${parent}.${id}`), context, params), mtu: mtu ?? null };
}

function toRoute({ to, dev, via, onlink, table }: z.output<typeof routeKeys>, context: CheckContext): Route {
  const [family = 'ipv4', other] = familiesOf([to === 'default' ? null : to, via ?? null]);
  if (other !== undefined) return refuse(...mixed(context));
  const destination = to === 'default' ? to : (unlessAll(to) ?? 'default');
  const base = { family, table, destination, device: dev };
  if (via != null) return { ...base, type: 'gateway', gateway: via, onlink };
  const hint = 'add "via:"';
  if (destination === 'default')
    return refuse('a default route needs a gateway', context, { code: 'gateway-missing', hint });
  if (onlink) return refuse('onlink is about a gateway', context, { code: 'gateway-missing', hint });
  return { ...base, type: 'link' };
}

function toRules(keys: z.output<typeof ruleKeys>, context: CheckContext): readonly PolicyRule[] {
  const { priority } = keys;
  const [from, to] = [unlessAll(keys.from ?? null), unlessAll(keys.to ?? null)];
  const [iif, fwmark] = [keys.iif ?? null, keys.fwmark ?? null];
  const table = keys.table === 'main' ? mainTable : keys.table;
  if ([from, to, iif, fwmark].every((each) => each === null)) {
    const hint = 'add from, to, iif or fwmark';
    return refuse('a rule without a selector takes every packet of the host', context, { code: 'rule-all', hint });
  }
  const [own, other] = familiesOf([keys.from ?? null, keys.to ?? null]);
  if (other !== undefined) return refuse(...mixed(context));
  const asked = keys.family ?? own ?? 'ipv4';
  if (own !== undefined && asked !== own) {
    const message = `${keys.from ?? keys.to} is ${familyWord(own)}: the rule cannot be for ${asked === 'both' ? 'both' : familyWord(asked)}`;
    return refuse(message, context, { code: 'family', hint: 'leave family out, or write a rule for each' }, ['family']);
  }
  const wanted: readonly Family[] = asked === 'both' ? ['ipv4', 'ipv6'] : [asked];
  return wanted.map((family) => ({ family, priority, from, to, iif, fwmark, table }));
}

function toSysctl({ name, value }: z.output<typeof sysctlKeys>, context: CheckContext): SysctlSetting {
  const key = settle(parseSysctlKey(name), context, { code: 'sysctl-name', hint: 'e.g. net.ipv4.tcp_mtu_probing' });
  const text = typeof value === 'boolean' ? String(Number(value)) : String(value).trim();
  const words = text.split(/[ \t]+/).join(' ');
  const isValue = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(words);
  if (!isValue) return refuse('value is one line of text', context, { code: 'sysctl-value', hint: null });
  return { key, value: words, why: 'asked for by the playbook', mayBeAbsent: false };
}

/** A network; null where it is all of a family, which the kernel keeps no address for. */
function unlessAll(network: Cidr | null): Cidr | null {
  return network?.endsWith('/0') === true ? null : network;
}

/** The families of some addresses, each once. */
function familiesOf(texts: readonly (Cidr | IpAddress | null)[]): readonly Family[] {
  return [...new Set(texts.flatMap((text) => (text === null ? [] : [familyOf(text)])))];
}

function mixed(context: CheckContext): Parameters<typeof refuse> {
  return ['IPv4 and IPv6 do not go together', context, { code: 'family', hint: null }];
}
