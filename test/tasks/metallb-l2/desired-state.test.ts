import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { cidr, device, hostFacts, hostSpec, iface, ip, manifest, must, network, vlan } from '../example-host.ts';
import { inWords } from './in-words.ts';

describe('the desired state', () => {
  it('of mark has masked chains, rules by mark alone, and a table of its own', () => {
    const { state, warnings } = must(desiredState(hostSpec(), hostFacts(), null));
    expect(warnings).toEqual([]);
    expect(state.decisions).toMatchObject([
      {
        network: 'public',
        returnPath: 'mark',
        device: 'eth0.100',
        gateway: '1.2.3.1',
        table: 7100,
        fwmark: { value: 0x100, mask: 0x1f00 },
      },
    ]);
    expect(inWords(state)).toEqual({
      links: ['eth0.100 on eth0 id 100'],
      rules: [
        '2000: from all to 1.2.3.0/24 iif eth0.100 lookup 6999',
        '2010: from all to 10.112.0.0/12 fwmark 0x100/0x1f00 lookup main',
        '2011: from all fwmark 0x100/0x1f00 lookup 7100',
      ],
      routes: [
        'blackhole 1.2.3.0/24 table 6999',
        '1.2.3.0/24 dev eth0.100 table 7100 scope link',
        'default via 1.2.3.1 dev eth0.100 table 7100 onlink',
      ],
      sysctls: ['eth0.100=0'],
    });
    const restore =
      '-m conntrack --ctdir REPLY -m connmark --mark 0x100/0x1f00 -j CONNMARK --restore-mark --nfmask 0x1f00 --ctmask 0x1f00';
    const set = '-d 1.2.3.0/24 -i eth0.100 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0x1f00';
    expect(state.chains).toEqual([
      { family: 'ipv4', table: 'mangle', name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT', rules: [restore] },
      { family: 'ipv4', table: 'mangle', name: 'MLBROUTE-PREROUTING', hook: 'PREROUTING', rules: [set, restore] },
    ]);
  });

  it('of source has exceptions for pods and nodes before the lookup, and neither chains nor sysctls', () => {
    const spec = hostSpec({ networks: [network({ returnPath: 'source' })] });
    const facts = hostFacts({
      serviceProxy: { kind: 'ipvs', evidence: 'kube-ipvs0' },
      interfaces: [
        iface('lo', ['127.0.0.1/8']),
        iface('eth0', ['192.168.1.10/24', 'fe80::1/64']),
        iface('kube-ipvs0', ['1.2.3.4/32'], { kind: 'dummy' }),
        iface('cali1', ['169.254.1.1/24'], { kind: 'veth' }),
      ],
      rpFilter: { all: 1, default: 1, eth0: 1 },
    });
    const { state, warnings } = must(desiredState(spec, facts, null));
    expect(warnings).toEqual([]);
    expect(state.chains).toEqual([]);
    expect(inWords(state)).toEqual({
      links: ['eth0.100 on eth0 id 100'],
      rules: [
        '2000: from all to 1.2.3.0/24 iif eth0.100 lookup 6999',
        '2010: from 1.2.3.0/24 to 10.112.0.0/12 lookup main',
        '2010: from 1.2.3.0/24 to 192.168.1.0/24 lookup main',
        '2011: from 1.2.3.0/24 lookup 7100',
      ],
      routes: [
        'blackhole 1.2.3.0/24 table 6999',
        '1.2.3.0/24 dev eth0.100 table 7100 scope link',
        'default via 1.2.3.1 dev eth0.100 table 7100 onlink',
      ],
      sysctls: [],
    });
  });

  it("takes the inventory's node networks before those of the host, and warns where neither is known", () => {
    const spec = hostSpec({ networks: [network({ returnPath: 'source' })], kubeProxy: 'ipvs', podCidrs: [] });
    const exceptions = (nodeCidrs: readonly string[] | null) => {
      const { state, warnings } = must(desiredState({ ...spec, nodeCidrs: nodeCidrs?.map(cidr) ?? null }, null, null));
      return [inWords(state).rules.filter((rule) => rule.startsWith('2010')), warnings.map(({ code }) => code)];
    };
    expect(exceptions(['10.0.0.0/8'])).toEqual([['2010: from 1.2.3.0/24 to 10.0.0.0/8 lookup main'], ['no-pod-cidrs']]);
    expect(exceptions(null)).toEqual([[], ['no-pod-cidrs', 'no-node-cidrs']]);
  });

  it('of onlink is a link route in main, and nothing where the device already covers the pool', () => {
    const onlink = network({ gateway: null, link: { kind: 'device', device: device('eth1') }, returnPath: 'onlink' });
    const state = (addresses: readonly string[]) => {
      const facts = hostFacts({
        interfaces: [iface('eth0', ['192.168.1.10/24']), iface('eth1', addresses)],
        networkFileOf: { eth0: '10-eth0.network', eth1: '10-eth1.network' },
      });
      return inWords(must(desiredState(hostSpec({ networks: [onlink] }), facts, null)).state);
    };
    expect(state([])).toEqual({ links: [], rules: [], routes: ['1.2.3.0/24 dev eth1 scope link'], sysctls: [] });
    expect(state(['1.2.3.9/24'])).toEqual({ links: [], rules: [], routes: [], sysctls: [] });
  });

  it('of none is nothing but the decision', () => {
    const { state } = must(
      desiredState(hostSpec({ networks: [network({ pools: [cidr('192.168.1.240/28')] })] }), hostFacts(), null),
    );
    expect(state.decisions).toMatchObject([
      { returnPath: 'none', device: null, gateway: null, table: null, fwmark: null },
    ]);
    expect({ ...state, decisions: [] }).toEqual({
      decisions: [],
      links: [],
      routes: [],
      rules: [],
      chains: [],
      sysctls: [],
    });
  });

  it('says onlink only for a gateway that no pool contains', () => {
    const state = must(desiredState(hostSpec({ networks: [network({ gateway: ip('10.0.0.1') })] }), null, null)).state;
    expect(inWords(state).routes).toContain('default via 10.0.0.1 dev eth0.100 table 7100 onlink');
  });

  it('for both families has one VLAN that speaks IPv6 and listens to no router, and each family its own way', () => {
    const ipv6 = network({ pools: [cidr('2001:db8:1::/64')], gateway: ip('2001:db8:1::1') });
    const { state } = must(desiredState(hostSpec({ networks: [network(), ipv6] }), null, null));
    expect(state.links).toMatchObject([{ name: 'eth0.100', ipv6: true }]);
    expect(state.decisions).toMatchObject([
      { network: 'public', table: 7100, gateway: '1.2.3.1', pools: ['1.2.3.0/24'] },
      { network: 'public', table: 7100, gateway: '2001:db8:1::1', pools: ['2001:db8:1::/64'] },
    ]);
    expect(state.sysctls.map(({ key, value }) => `${key} ${value}`)).toEqual([
      'net/ipv4/conf/eth0.100/rp_filter 0',
      'net/ipv6/conf/eth0.100/accept_ra 0',
      'net/ipv6/conf/eth0.100/disable_ipv6 0',
    ]);
    expect(inWords(state).rules.filter((rule) => rule.startsWith('2011'))).toHaveLength(2);
    expect(inWords(state).routes).toContain('default via 2001:db8:1::1 dev eth0.100 table 7100');
  });

  it('marks no request of IPv6, whose sources no setting checks', () => {
    const strict = { rpFilter: 'strict-mark' } as const;
    const ipv6 = network({ ...strict, pools: [cidr('2001:db8:1::/64')], gateway: ip('2001:db8:1::1') });
    const { chains } = must(desiredState(hostSpec({ networks: [network(strict), ipv6] }), null, null)).state;
    const targets = (family: string) =>
      chains
        .filter((chain) => chain.family === family)
        .flatMap(({ rules }) => rules.filter((rule) => / -j MARK /.test(rule)));
    expect([targets('ipv4').length, targets('ipv6').length]).toEqual([1, 0]);
  });

  it('has one chain of nft for both families', () => {
    const ipv6 = network({ pools: [cidr('2001:db8:1::/64')], gateway: ip('2001:db8:1::1') });
    const spec = hostSpec({ networks: [network(), ipv6], netfilter: 'nftables' });
    const { chains } = must(desiredState(spec, null, null)).state;
    expect(chains.map(({ name, family }) => `${name} ${family}`)).toEqual([
      'MLBROUTE-OUTPUT ipv4',
      'MLBROUTE-PREROUTING ipv4',
    ]);
    expect(chains[1]?.rules.map((rule) => rule.split(' ')[1])).toEqual(['1.2.3.0/24', '2001:db8:1::/64', 'conntrack']);
  });

  it('has no guard where loop_guard is off', () => {
    const state = must(desiredState(hostSpec({ networks: [network({ loopGuard: false })] }), null, null)).state;
    expect(inWords(state)).toMatchObject({ rules: [/^2010/, /^2011/].map((start) => expect.stringMatching(start)) });
    expect(inWords(state).routes.some((route) => route.startsWith('blackhole'))).toBe(false);
  });

  it('puts all networks of a host into the same two chains, first every request, then every reply', () => {
    const other = network({
      name: 'other',
      pools: [cidr('5.6.7.0/24')],
      gateway: ip('5.6.7.1'),
      link: vlan('eth0', 200),
    });
    const { chains } = must(desiredState(hostSpec({ networks: [other, network()] }), null, null)).state;
    expect(
      chains.map(
        ({ name, rules }) => `${name} ${rules.map((rule) => /--(set-xmark|restore-mark)/.exec(rule)?.[1]).join(' ')}`,
      ),
    ).toEqual([
      'MLBROUTE-OUTPUT restore-mark restore-mark',
      'MLBROUTE-PREROUTING set-xmark set-xmark restore-mark restore-mark',
    ]);
  });

  it('assumes iptables mode where no host was asked, and says so', () => {
    const { decisions } = must(desiredState(hostSpec(), null, null)).state;
    expect(decisions[0]).toMatchObject({
      returnPath: 'mark',
      reason: expect.stringContaining('assumed: no host was asked'),
    });
  });

  it("takes the inventory's word for the proxy before the host's looks", () => {
    const { decisions } = must(desiredState(hostSpec({ kubeProxy: 'cilium' }), hostFacts(), null)).state;
    expect(decisions[0]).toMatchObject({ returnPath: 'source', reason: expect.stringContaining('kube_proxy: cilium') });
  });

  it('is refused with one failure for each network that makes no sense', () => {
    const networks = [
      network({ name: 'a', returnPath: 'source' }),
      network({ name: 'b', link: vlan('eth9', 5) }),
      network({ name: 'c' }),
    ];
    const result = desiredState(hostSpec({ networks }), hostFacts(), null);
    expect(
      result.ok ? [] : result.error.map((failure) => ('message' in failure ? failure.message.slice(0, 10) : '')),
    ).toEqual(['network a:', 'network b:']);
  });

  it('is the same whatever the order of pools and pod networks', () => {
    const pools = ['1.2.3.0/24', '1.2.4.0/28', '5.6.7.8/32', '10.9.0.0/16'].map(cidr);
    const pods = ['10.112.0.0/12', '10.42.0.0/16', '172.20.0.0/16'].map(cidr);
    const bytes = (somePools: typeof pools, somePods: typeof pods) =>
      JSON.stringify(
        (['mark', 'source'] as const).map((returnPath) =>
          desiredState(
            hostSpec({ networks: [network({ pools: somePools, returnPath })], podCidrs: somePods }),
            null,
            null,
          ),
        ),
      );
    const expected = bytes(pools, pods);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(pools, { minLength: pools.length }),
        fc.shuffledSubarray(pods, { minLength: pods.length }),
        (somePools, somePods) => bytes([...somePools, ...somePools], somePods) === expected,
      ),
    );
  });

  it('is the same before a push and after it was confirmed', () => {
    const before = hostFacts({ rpFilter: { all: 2, default: 2, eth0: 2 } });
    const after = hostFacts({
      interfaces: [
        ...before.interfaces,
        iface('eth0.100', [], { kind: 'vlan', parent: device('eth0') }),
        iface('wg0'),
      ].map((one) => (one.name === 'eth0.100' ? { ...one, vlanId: 100 as never } : one)),
      networkFileOf: {
        eth0: '/etc/systemd/network/10-eth0.network',
        'eth0.100': '/etc/systemd/network/05-mlbroute-eth0.100.network',
      },
      rpFilter: { all: 0, default: 2, eth0: 2, 'eth0.100': 0, wg0: 2 },
    });
    const old = (name: string) => `net/ipv4/conf/${name}/rp_filter`;
    const recorded = manifest({
      links: ['eth0.100'],
      sysctlsBefore: { [old('all')]: '2', [old('default')]: '2', [old('eth0')]: '2' },
    });
    expect(must(desiredState(hostSpec(), after, recorded))).toEqual(must(desiredState(hostSpec(), before, null)));
  });
});
