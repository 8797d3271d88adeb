import { cidrContains, isLinkLocal } from '../../domain/address.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { InterfaceName } from '../../domain/link.ts';
import { netplanIdOf } from '../../domain/network-file.ts';
import type { Failure } from '../../domain/outcome.ts';
import type { HostSpec } from '../../schema/host-spec.ts';
import type { LinkSpec } from '../../schema/link-schema.ts';
import type { HostSubnet } from './host-subnets.ts';
import { toolTrouble } from './netfilter-tool.ts';
import { rendererOf } from './renderer.ts';
import { deviceOf, type ResolvedNetwork } from './resolved-network.ts';

type Host = LinkHost & { readonly subnets: readonly HostSubnet[] };

/** What a link is held against. */
export type LinkHost = {
  readonly spec: HostSpec;
  readonly facts: HostFacts;
  /** VLANs this state has, and those mlbroute made earlier. */
  readonly ownVlans: ReadonlySet<string>;
  readonly madeVlans: ReadonlySet<string>;
};

/** What stands against a network on this very host, or null. The first reason is enough: the others often follow from it. */
export function checkHost(network: ResolvedNetwork, host: Host): Failure | null {
  if (network.returnPath === 'none') return null;
  const trouble =
    checkLink(network.link, host) ??
    familyTrouble(network, host) ??
    poolTrouble(network, host) ??
    sourceTrouble(network, host) ??
    netfilterTrouble(network, host);
  return trouble === null
    ? null
    : { kind: 'refused', message: `network ${network.name}: ${trouble.message}`, hint: trouble.hint };
}

/** What stands against bringing a link up on this very host, at boot too; or null. */
export function checkLink(link: LinkSpec, host: LinkHost): Trouble | null {
  return linkTrouble({ link, device: deviceOf(link) }, host) ?? networkdTrouble(link, host);
}

type Trouble = { readonly message: string; readonly hint: string };

function linkTrouble(
  { link, device }: Pick<ResolvedNetwork, 'link' | 'device'>,
  { spec, facts, ownVlans, madeVlans }: LinkHost,
): Trouble | null {
  const base = attachedTo(link);
  const names = facts.interfaces.map(({ name }) => name);
  if (!names.includes(base) && !ownVlans.has(base))
    return {
      message: `the host has no interface ${base}`,
      hint: `it has ${facts.interfaces
        .filter(({ kind }) => kind !== 'veth')
        .map(({ name }) => name)
        .join(', ')}`,
    };
  const present = facts.interfaces.find(({ name }) => name === device);
  if (link.kind !== 'vlan' || present === undefined) return null;
  if (present.kind !== 'vlan' || present.parent !== link.parent || present.vlanId !== link.id)
    return {
      message: `the host has an interface ${device} that is not VLAN ${link.id} of ${link.parent}`,
      hint: 'choose another name: link.name',
    };
  const isOurs = ({ address }: { readonly address: string }) =>
    spec.networks.some((network) => deviceOf(network.link) === device && network.address?.address === address);
  if (!madeVlans.has(device) && present.addresses.some((has) => !isLinkLocal(has.address) && !isOurs(has)))
    return {
      message: `${device} exists with addresses that somebody else configures; making it a VLAN of mlbroute would lose them at the next boot`,
      hint: `use it as it is: link: {device: ${device}}`,
    };
  return null;
}

/** It removes rules it does not know, and may take a VLAN by a broad file. */
const unitBesideNetworkd: Trouble = {
  message: 'systemd-networkd runs here, and it undoes what a unit beside it brings up',
  hint: 'renderer: auto, networkd or netplan',
};

function networkdTrouble(link: LinkSpec, { spec, facts, ownVlans }: LinkHost): Trouble | null {
  const base = attachedTo(link);
  const renderer = rendererOf(spec, facts);
  if (renderer === 'unit') return facts.isNetworkdActive ? unitBesideNetworkd : null;
  if (renderer === 'netplan' && !facts.programs.includes('netplan'))
    return { message: 'netplan is not installed here', hint: 'renderer: auto, or networkd' };
  if (ownVlans.has(base)) return null;
  const file = facts.networkFileOf[base];
  const isNetplanVlan = renderer === 'netplan' && facts.isNetworkdActive && link.kind === 'vlan';
  if (isNetplanVlan && spec.netplanParentId === null && netplanIdOf(file ?? '') === null)
    return {
      message: `netplan does not configure ${base}${file === undefined ? '' : `, ${file} does`}: it takes a VLAN only with a parent of its files`,
      hint: 'renderer: networkd; or say what netplan calls it: netplan_parent_id',
    };
  if (file === undefined) {
    if (isNetplanVlan || spec.networkdParentFile !== null) return null;
    return {
      message: facts.isNetworkdActive
        ? `systemd-networkd has no .network file for ${base}, so nothing would bring the network up at boot`
        : 'systemd-networkd does not run here, so its files would bring nothing up at boot',
      hint: facts.isNetworkdActive ? 'name the file: networkd_parent_file' : 'renderer: auto, or unit',
    };
  }
  const others = facts.interfaces.filter(
    ({ name }) => name !== base && !ownVlans.has(name) && facts.networkFileOf[name] === file,
  );
  if (others.length === 0) return null;
  return {
    message: `${file} configures ${[base, ...others.map(({ name }) => name)].join(', ')} together: what is added for ${base} would go to all of them`,
    hint: `give ${base} a .network file of its own`,
  };
}

/** What stands against anything of IPv6. */
export const noIpv6: Trouble = { message: 'the host’s kernel has no IPv6', hint: 'start it without ipv6.disable=1' };

/** What neighbor discovery lacks: the kernel's asks, and MetalLB's answers, come from a link-local address. A VLAN of mlbroute's gets one. */
function familyTrouble({ family, link, device }: ResolvedNetwork, { facts }: Host): Trouble | null {
  if (family === 'ipv4') return null;
  if (facts.hasIpv6 === false) return noIpv6;
  const present = facts.interfaces.find(({ name }) => name === device);
  if (link.kind === 'vlan' || present?.addresses.some(({ address }) => isLinkLocal(address))) return null;
  return {
    message: `${device} has no IPv6 link-local address: MetalLB answers no neighbor solicitations there`,
    hint: 'where systemd-networkd configures it: LinkLocalAddressing=ipv6 in its .network file',
  };
}

function poolTrouble({ pools, device, returnPath }: ResolvedNetwork, { subnets }: Host): Trouble | null {
  const elsewhere = subnets.filter((candidate) => candidate.device !== device);
  for (const pool of pools) {
    const home = elsewhere.find(({ subnet }) => cidrContains(subnet, pool));
    if (returnPath === 'onlink' && home !== undefined)
      return {
        message: `${pool} lies in ${home.device}'s subnet ${home.subnet}: a link route on ${device} would take it away from there`,
        hint: 'return_path: none, if the pool is meant to be there',
      };
    const own = elsewhere.find(({ address }) => cidrContains(pool, address));
    if (returnPath === 'source' && own !== undefined)
      return {
        message: `${pool} contains the host's own address ${own.address} of ${own.device}: all that the host sends from it would leave by ${device}`,
        hint: 'keep host addresses out of the pools',
      };
  }
  return null;
}

/** Modes of rp_filter that would drop the very requests they are to let in. */
function sourceTrouble(
  { device, family, returnPath, rpFilter, hasAddress }: ResolvedNetwork,
  { spec }: Host,
): Trouble | null {
  if (returnPath !== 'mark' || family === 'ipv6') return null;
  if (rpFilter === 'loose' && !hasAddress)
    return {
      message: `rp_filter: loose drops all requests on ${device}, which has no IPv4 address`,
      hint: 'give it one: address:, or rp_filter: auto or strict-mark',
    };
  if (rpFilter === 'strict-mark' && spec.podCidrs.length === 0)
    return {
      message: 'rp_filter: strict-mark marks requests, and those to pods would leave by the gateway again',
      hint: 'say pod_cidrs',
    };
  return null;
}

function netfilterTrouble({ family, returnPath, rpFilter }: ResolvedNetwork, host: Host): Trouble | null {
  const what = returnPath === 'mark' ? 'return_path mark' : rpFilter === 'rpfilter' ? 'rp_filter: rpfilter' : null;
  return what === null ? null : toolTrouble(what, family, host);
}

/** The interface that must be there before ours can be. */
function attachedTo(link: LinkSpec): InterfaceName {
  return link.kind === 'vlan' ? link.parent : link.device;
}
