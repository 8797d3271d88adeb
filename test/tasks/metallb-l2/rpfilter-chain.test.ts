import { describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../../../src/schema/host-spec.ts';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { cidr, hostFacts, hostSpec, iface, must, network, vlan } from '../example-host.ts';

const facts = hostFacts({
  interfaces: [iface('eth0', ['192.168.1.10/24'])],
  serviceProxy: { kind: 'ipvs', evidence: 'kube-ipvs0' },
});
const raw = (...networks: readonly NetworkSpec[]) =>
  must(desiredState(hostSpec({ networks }), facts, null)).state.chains.filter(({ table }) => table === 'raw');

describe('the chain of rp_filter: rpfilter', () => {
  it('lets requests to the pools in, and nothing else that has no way back by the interface', () => {
    expect(raw(network({ rpFilter: 'rpfilter' }))).toEqual([
      {
        ...{ family: 'ipv4', table: 'raw', name: 'MLBROUTE-RPFILTER', hook: 'PREROUTING' },
        rules: ['-d 1.2.3.0/24 -i eth0.100 -j RETURN', '-i eth0.100 -m rpfilter --invert -j DROP'],
      },
    ]);
  });

  it('knows all pools of the interface, and leaves other interfaces alone', () => {
    const [chain] = raw(
      network({ rpFilter: 'rpfilter' }),
      network({ name: 'same-link', pools: [cidr('1.2.4.0/24')] }),
      network({ name: 'other-link', pools: [cidr('1.2.5.0/24')], link: vlan('eth0', 200) }),
    );
    expect(chain?.rules).toEqual([
      '-d 1.2.3.0/24 -i eth0.100 -j RETURN',
      '-d 1.2.4.0/24 -i eth0.100 -j RETURN',
      '-i eth0.100 -m rpfilter --invert -j DROP',
    ]);
  });

  it.each<[string, Partial<NetworkSpec>, number]>([
    ['source', { returnPath: 'source' }, 1],
    ['onlink', { returnPath: 'onlink', gateway: null }, 1],
    ['none', { returnPath: 'none' }, 0],
  ])('is there with return_path %s or not', (_, wish, count) => {
    expect(raw(network({ rpFilter: 'rpfilter', ...wish }))).toHaveLength(count);
  });

  it('is not there in the other modes', () => {
    expect(raw(network({ rpFilter: 'off' }), network({ name: 'b', pools: [cidr('1.2.4.0/24')] }))).toEqual([]);
  });
});

describe('rp_filter: strict-mark', () => {
  const state = must(desiredState(hostSpec({ networks: [network({ rpFilter: 'strict-mark' })] }), facts, null)).state;

  it('marks requests too', () => {
    const request = '-d 1.2.3.0/24 -i eth0.100 -m conntrack --ctdir ORIGINAL';
    expect(state.chains.find(({ hook }) => hook === 'PREROUTING')?.rules.slice(0, 2)).toEqual([
      `${request} -j CONNMARK --set-xmark 0x100/0x1f00`,
      `${request} -j MARK --set-xmark 0x100/0x1f00`,
    ]);
  });

  it('keeps what is on its way to pods and nodes on main', () => {
    expect(state.rules.filter(({ table }) => table === 254).map(({ to }) => to)).toEqual([
      '10.112.0.0/12',
      '192.168.1.0/24',
    ]);
  });

  it('is refused where the pods are not known', () => {
    const spec = hostSpec({ networks: [network({ rpFilter: 'strict-mark' })], podCidrs: [] });
    expect(desiredState(spec, facts, null)).toMatchObject({ ok: false, error: [{ hint: 'say pod_cidrs' }] });
  });
});
