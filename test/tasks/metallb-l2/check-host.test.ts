import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/domain/facts.ts';
import type { Manifest } from '../../../src/domain/observed.ts';
import type { NetworkSpec } from '../../../src/schema/host-spec.ts';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { cidr, device, hostFacts, hostSpec, iface, ip, manifest, network, vlan } from '../example-host.ts';

function refusals(wish: Partial<NetworkSpec>, changes: Partial<HostFacts>, recorded: Manifest | null = null) {
  const result = desiredState(hostSpec({ networks: [network(wish)] }), hostFacts(changes), recorded);
  return result.ok ? [] : result.error;
}

const eth0 = iface('eth0', ['192.168.1.10/24']);
const ours = (addresses: readonly string[]) => ({
  ...iface('eth0.100', addresses, { kind: 'vlan', parent: device('eth0') }),
  vlanId: 100 as NonNullable<HostFacts['interfaces'][number]['vlanId']>,
});
const ipv6 = { pools: [cidr('2001:db8:1::/64')], gateway: ip('2001:db8:1::1') };
const ipvs = { kind: 'ipvs', evidence: 'kube-ipvs0' } as const;

describe('a network is refused on a host', () => {
  const cases: [string, Partial<NetworkSpec>, Partial<HostFacts>, RegExp][] = [
    ['without its parent interface', { link: vlan('eth9', 100) }, {}, /no interface eth9.*/],
    ['without its device', { link: { kind: 'device', device: device('eth9') } }, {}, /no interface eth9/],
    [
      'where something else has the name of the VLAN',
      {},
      { interfaces: [eth0, iface('eth0.100', [], { kind: 'bridge' })] },
      /eth0\.100 that is not VLAN 100 of eth0/,
    ],
    [
      'where the VLAN has addresses of somebody else',
      {},
      { interfaces: [eth0, ours(['10.0.0.1/24'])] },
      /addresses that somebody else configures/,
    ],
    ['with IPv6 pools, where the kernel has no IPv6', ipv6, { hasIpv6: false }, /kernel has no IPv6/],
    [
      'with IPv6 pools on a device that cannot speak neighbor discovery',
      { ...ipv6, link: { kind: 'device', device: device('eth1') } },
      { interfaces: [eth0, iface('eth1', ['fd00::7/64'])], networkFileOf: { eth1: '10-eth1.network' } },
      /eth1 has no IPv6 link-local address/,
    ],
    ['whose parent networkd does not configure', {}, { networkFileOf: {} }, /no \.network file for eth0/],
    [
      'where one .network file configures several interfaces',
      {},
      {
        interfaces: [eth0, iface('eth1')],
        networkFileOf: { eth0: '/etc/systemd/network/10-all.network', eth1: '/etc/systemd/network/10-all.network' },
      },
      /10-all\.network configures eth0, eth1 together/,
    ],
    [
      'where onlink would take a subnet from another interface',
      { returnPath: 'onlink', gateway: null, pools: [cidr('192.168.1.0/24')] },
      {},
      /would take it away from there/,
    ],
    [
      'where source would take the host its own address',
      { returnPath: 'source', pools: [cidr('192.168.0.0/16')] },
      { serviceProxy: ipvs },
      /own address 192\.168\.1\.10 of eth0/,
    ],
    ['where marks have neither iptables nor nft', {}, { iptables: null }, /needs iptables or nft/],
    [
      'where marks are for IPv6, and only ip6tables is missing',
      ipv6,
      { netfilterFaults: { ip6tables: 'it is not there' } },
      /return_path mark needs ip6tables for IPv6, which the host has not/,
    ],
    [
      'where the kernel gives neither iptables nor nft what they need',
      {},
      { programs: ['nft'], netfilterFaults: { iptables: 'no rule set', nft: 'no netlink' } },
      /mark needs iptables or nft, and iptables does not work: no rule set; nft does not work: no netlink/,
    ],
    [
      'where there is no iptables, and nft does not work',
      {},
      { iptables: null, programs: ['nft'], netfilterFaults: { nft: 'no netlink' } },
      /mark needs iptables or nft, and iptables is not there; nft does not work: no netlink/,
    ],
    [
      'where rpfilter has no iptables',
      { returnPath: 'onlink', gateway: null, rpFilter: 'rpfilter' },
      { iptables: null },
      /rp_filter: rpfilter needs iptables or nft/,
    ],
    ['that is loose without an address', { rpFilter: 'loose' }, {}, /loose drops all requests on eth0\.100/],
  ];
  it.each(cases)('%s', (_title, wish, facts, message) => {
    expect(refusals(wish, facts)).toEqual([
      { kind: 'refused', message: expect.stringMatching(message), hint: expect.stringMatching(/./) },
    ]);
  });
});

describe('a network is welcome on a host', () => {
  const cases: [string, Partial<NetworkSpec>, Partial<HostFacts>, Manifest | null][] = [
    ['that has the same VLAN without addresses', {}, { interfaces: [eth0, ours(['fe80::1/64'])] }, null],
    [
      'whose VLAN mlbroute made itself',
      {},
      { interfaces: [eth0, ours(['10.0.0.1/24'])] },
      manifest({ links: ['eth0.100'] }),
    ],
    [
      'whose broad .network file took the VLAN of mlbroute',
      {},
      { interfaces: [eth0, ours([])], networkFileOf: { eth0: 'a.network', 'eth0.100': 'a.network' } },
      null,
    ],
    [
      'without networkd where nothing is to be kept',
      { returnPath: 'none' },
      { networkFileOf: {}, isNetworkdActive: false },
      null,
    ],
    [
      'without iptables where no chain is needed',
      { returnPath: 'source' },
      { iptables: null, serviceProxy: ipvs },
      null,
    ],
  ];
  it.each(cases)('%s', (_title, wish, facts, recorded) => {
    expect(refusals(wish, facts, recorded)).toEqual([]);
  });

  it('whose .network file the inventory names although networkd did not', () => {
    const spec = hostSpec({ networkdParentFile: '10-eth0.network' });
    expect(desiredState(spec, hostFacts({ networkFileOf: {} }), null).ok).toBe(true);
  });
});
