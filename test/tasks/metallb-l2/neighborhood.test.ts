import { describe, expect, it } from 'vitest';
import { parseInterfaceAddress, parseMac } from '../../../src/domain/neighborhood.ts';
import type { Manifest } from '../../../src/domain/observed.ts';
import type { NetworkSpec } from '../../../src/schema/host-spec.ts';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { cidr, device, hostFacts, hostSpec, iface, manifest, must, network } from '../example-host.ts';

const address = must(parseInterfaceAddress('1.2.3.7/24'));
const mac = must(parseMac('52:54:00:12:34:56'));
const onEth1: Partial<NetworkSpec> = { link: { kind: 'device', device: device('eth1') } };

function stateOf(wish: Partial<NetworkSpec>, addresses: readonly string[] = [], recorded: Manifest | null = null) {
  const facts = hostFacts({
    interfaces: [iface('eth0', ['192.168.1.10/24']), iface('eth1', addresses)],
    networkFileOf: { eth0: '10-eth0.network', eth1: '10-eth1.network' },
    rpFilter: { all: 1, default: 1, eth0: 1, eth1: 1 },
  });
  return must(desiredState(hostSpec({ networks: [network(wish)] }), facts, recorded));
}

describe('a network with an address and a neighbour', () => {
  it('has them on its interface', () => {
    expect(stateOf({ address, neighbor: mac }).state).toMatchObject({
      addresses: [{ device: 'eth0.100', address: '1.2.3.7', prefixLength: 24 }],
      neighbors: [{ device: 'eth0.100', address: '1.2.3.1', mac: '52:54:00:12:34:56' }],
    });
  });

  it('has neither with return_path none', () => {
    const { state } = stateOf({ address, neighbor: mac, returnPath: 'none' });
    expect([state.addresses, state.neighbors]).toEqual([undefined, undefined]);
  });

  it('needs no more than loose rp_filter', () => {
    expect(stateOf({ address }).state.sysctls.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'net/ipv4/conf/eth0.100/rp_filter=2',
    ]);
  });

  it('warns of an address that MetalLB could give away', () => {
    expect(stateOf({ address }).warnings).toMatchObject([{ code: 'address-in-pool' }]);
    expect(stateOf({ address, pools: [cidr('1.2.3.128/25')] }).warnings).toEqual([]);
  });
});

describe('the address of a network, once it is there,', () => {
  it('is no subnet of the host: the decision stays as it was', () => {
    const { state } = stateOf({ ...onEth1, address }, ['1.2.3.7/24']);
    expect(state.decisions).toMatchObject([{ returnPath: 'mark' }]);
  });

  it('does not count for rp_filter when it is about to go', () => {
    const desired = { ...stateOf(onEth1).state, addresses: [{ device: device('eth1'), ...address }] };
    const { state } = stateOf(onEth1, ['1.2.3.7/24'], manifest({ desired }));
    expect(state.decisions).toMatchObject([{ returnPath: 'mark' }]);
    expect(state.sysctls.find(({ key }) => key === 'net/ipv4/conf/eth1/rp_filter')?.value).toBe('0');
  });
});
