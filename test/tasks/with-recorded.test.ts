import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import { parseMac } from '../../src/domain/neighborhood.ts';
import { parsePriority, parseTableId, type Route } from '../../src/domain/routing.ts';
import { ipv4ConfKey, type SysctlSetting } from '../../src/domain/sysctl.ts';
import { withRecorded } from '../../src/tasks/with-recorded.ts';
import { sampleState, sure } from '../deploy/sample-state.ts';
import { cidr, device, ip, vlan } from './example-host.ts';

const nothing: DesiredState = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
const link = (id: number, name: string) => {
  const made = vlan('eth0', id);
  if (made.kind !== 'vlan') throw new Error('not a VLAN');
  return { parent: made.parent, id: made.id, name: device(name), mtu: null };
};
const route = (destination: string, gateway: string): Route => ({
  ...{ family: 'ipv4', table: sure(parseTableId(300)), destination: cidr(destination) },
  ...{ type: 'gateway', device: device('eth0.300'), gateway: ip(gateway), onlink: true },
});
const rule = (priority: number, from: string, table = 300) => ({
  ...{ family: 'ipv4' as const, priority: sure(parsePriority(priority)), from: cidr(from), to: null },
  ...{ iif: null, fwmark: null, table: sure(parseTableId(table)) },
});
const setting = (name: string, value = '0'): SysctlSetting => {
  return { key: ipv4ConfKey(name, 'rp_filter'), value, why: 'for the test', mayBeAbsent: false };
};
const address = (last: number, prefixLength = 24) => {
  return { device: device('eth1'), address: ip(`1.2.3.${last}`), prefixLength };
};
const neighbor = (mac: string) => ({ device: device('eth1'), address: ip('1.2.3.1'), mac: sure(parseMac(mac)) });
const chain = (rules: readonly string[]) => {
  return { family: 'ipv4', table: 'mangle', name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT', rules } as const;
};

describe('A part of a playbook', () => {
  it('leaves all that was recorded where it asks for nothing', () => {
    const empty = { addresses: [], neighbors: [] };
    expect(withRecorded(nothing, sampleState)).toEqual({ ...sampleState, ...empty });
  });

  it('asks for what it asks for where nothing was recorded', () => {
    expect(withRecorded(sampleState, nothing)).toMatchObject(sampleState);
  });

  it.each<[string, Partial<DesiredState>, Partial<DesiredState>, Partial<DesiredState>]>([
    [
      'a VLAN by its name',
      { links: [link(300, 'store'), link(301, 'other')] },
      { links: [link(302, 'store')] },
      { links: [link(301, 'other'), link(302, 'store')] },
    ],
    [
      'a VLAN by its id, which the kernel has once for a parent',
      { links: [link(300, 'store')] },
      { links: [link(300, 'disks')] },
      { links: [link(300, 'disks')] },
    ],
    [
      'a route by its destination',
      { routes: [route('10.20.0.0/16', '10.9.0.1'), route('10.30.0.0/16', '10.9.0.1')] },
      { routes: [route('10.20.0.0/16', '10.9.0.2')] },
      { routes: [route('10.20.0.0/16', '10.9.0.2'), route('10.30.0.0/16', '10.9.0.1')] },
    ],
    [
      'a rule by its priority and what it is for',
      { rules: [rule(1500, '10.0.0.0/8'), rule(1500, '11.0.0.0/8')] },
      { rules: [rule(1500, '10.0.0.0/8', 301)] },
      { rules: [rule(1500, '10.0.0.0/8', 301), rule(1500, '11.0.0.0/8')] },
    ],
    [
      'a setting by its key, in the order that is safe to write',
      { sysctls: [setting('default', '1'), setting('eth0', '1'), setting('all')] },
      { sysctls: [setting('eth0', '2'), setting('eth0.100')] },
      { sysctls: [setting('default', '1'), setting('eth0', '2'), setting('eth0.100'), setting('all')] },
    ],
    ['a chain by its name', { chains: [chain(['-j DROP'])] }, { chains: [chain([])] }, { chains: [chain([])] }],
    [
      'an address by itself',
      { addresses: [address(8), address(9)] },
      { addresses: [address(9, 32)] },
      { addresses: [address(8), address(9, 32)] },
    ],
    [
      'a neighbour by its address',
      { neighbors: [neighbor('02:00:00:00:00:01')] },
      { neighbors: [neighbor('02:00:00:00:00:02')] },
      { neighbors: [neighbor('02:00:00:00:00:02')] },
    ],
  ])('changes %s, and leaves its like', (_, recorded, asked, expected) => {
    expect(withRecorded({ ...nothing, ...asked }, { ...nothing, ...recorded })).toEqual({
      ...{ ...nothing, addresses: [], neighbors: [] },
      ...expected,
    });
  });

  it('asks for the same once that is recorded', () => {
    const once = withRecorded({ ...nothing, links: [link(300, 'store')], sysctls: [setting('eth0')] }, sampleState);
    expect(withRecorded({ ...nothing, links: [link(300, 'store')], sysctls: [setting('eth0')] }, once)).toEqual(once);
  });
});
