import { describe, expect, it } from 'vitest';
import { parseInterfaces } from '../../src/facts/interfaces.ts';
import { capture } from './captures/capture.ts';

/** An interface in one line: index, name, what it is, where it belongs, its MTU and addresses. */
function inWords(json: string): readonly string[] {
  return parseInterfaces(json).map(({ index, name, isUp, kind, parent, vlanId, mtu, master, addresses }) =>
    [
      `${index} ${name} ${isUp ? 'up' : 'down'} ${kind ?? 'hardware'} ${mtu}`,
      ...(parent === null ? [] : [`on ${parent}`]),
      ...(vlanId === null ? [] : [`id ${vlanId}`]),
      ...(master === null ? [] : [`in ${master}`]),
      ...addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
    ].join(', '),
  );
}

describe('parseInterfaces', () => {
  it('reads what iproute2 printed of veths, a bridge and its port, secondary and point-to-point addresses', () => {
    expect(inWords(capture('addresses.txt'))).toEqual([
      '1 lo up hardware 65536, 127.0.0.1/8, ::1/128',
      '2 peer0 up veth 1500',
      '3 eth0 up veth 1500, 192.168.1.10/24, 192.168.1.11/24, 2001:db8::10/64',
      '4 peer1 up veth 1500, in br0',
      '5 eth1 up veth 1400, 10.9.9.1/32',
      '6 br0 down bridge 1500',
    ]);
  });

  it('reads VLANs with their parents, a bond with its port, and a VRF; empty objects are no interfaces', () => {
    expect(inWords(capture('addresses-by-hand.txt'))).toEqual([
      '2 eth0 up hardware 9000, in bond0',
      '5 bond0 up bond 9000, 10.0.0.5/16',
      '6 bond0.100 up vlan 1400, on bond0, id 100',
      '7 bond0.100.7 down vlan 1400, on bond0.100, id 7',
      // Its parent lies in another namespace, under an unknown name.
      '8 moved.200 up vlan 1500, id 200, in vrf-blue',
      '9 vrf-blue up vrf 65575',
    ]);
  });

  it('throws SyntaxError for what is not JSON', () => {
    expect(() => parseInterfaces('Option "-j" is unknown')).toThrow(SyntaxError);
  });
});
