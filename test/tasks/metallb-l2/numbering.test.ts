import { describe, expect, it } from 'vitest';
import { formatFwmark, parseFwmark, parsePriority, parseTableId } from '../../../src/domain/routing.ts';
import type { NetworkSpec } from '../../../src/schema/host-spec.ts';
import { numberNetworks } from '../../../src/tasks/metallb-l2/numbering.ts';
import { cidr, device, ip, must, network, vlan } from '../example-host.ts';

const mark = (value: number, mask = 0x1f00) => must(parseFwmark(value, mask));
const table = (id: number) => must(parseTableId(id));

function numbersOf(networks: readonly Partial<NetworkSpec>[]): readonly string[] {
  const named = networks.map((changes, place) => network({ name: `network${place}`, ...changes }));
  return numberNetworks(named).map((result) => {
    if (!result.ok) return JSON.stringify(result.error);
    const { table: id, fwmark, exceptions, lookup } = result.value;
    return `${id} ${formatFwmark(fwmark)} ${exceptions} ${lookup}`;
  });
}

describe('numbers of networks', () => {
  const second = { link: vlan('eth0', 200) };
  const ipv6 = { pools: [cidr('2001:db8::/64')], gateway: ip('2001:db8::1') };
  const cases: [string, readonly Partial<NetworkSpec>[], readonly string[]][] = [
    ['follow from VLAN id and place', [{}, second], ['7100 0x100/0x1f00 2010 2011', '7200 0x200/0x1f00 2012 2013']],
    [
      'of a device follow from the place alone',
      [{ link: { kind: 'device', device: device('eth1') } }],
      ['12001 0x100/0x1f00 2010 2011'],
    ],
    [
      'are the written ones where there are any',
      [{ table: table(100), mark: mark(0x400), priority: must(parsePriority(1500)) }],
      ['100 0x400/0x1f00 1500 1501'],
    ],
    [
      'give each network on one VLAN a table',
      [{}, {}],
      ['7100 0x100/0x1f00 2010 2011', '12002 0x200/0x1f00 2012 2013'],
    ],
    [
      'are the same for both families of a network',
      [{ name: 'both' }, { name: 'both', ...ipv6 }, second],
      ['7100 0x100/0x1f00 2010 2011', '7100 0x100/0x1f00 2010 2011', '7200 0x200/0x1f00 2012 2013'],
    ],
    [
      'step aside for the table another network was given',
      [{}, { ...second, table: table(7100) }],
      ['12001 0x100/0x1f00 2010 2011', '7100 0x200/0x1f00 2012 2013'],
    ],
    [
      'step aside for the mark another network was given',
      [{}, { ...second, mark: mark(0x100) }],
      ['7100 0x200/0x1f00 2010 2011', '7200 0x100/0x1f00 2012 2013'],
    ],
    [
      'step aside for a wider mark that would match too',
      [{}, { ...second, mark: mark(0x100, 0xffffffff) }],
      ['7100 0x200/0x1f00 2010 2011', '7200 0x100/0xffffffff 2012 2013'],
    ],
    [
      'keep theirs beside a mark in other bits',
      [{}, { ...second, mark: mark(0x1, 0xff) }],
      ['7100 0x100/0x1f00 2010 2011', '7200 0x1/0xff 2012 2013'],
    ],
  ];
  it.each(cases)('%s', (_title, networks, expected) => {
    expect(numbersOf(networks)).toEqual(expected);
  });

  it('reach for 31 networks, the last mark being 0x1f00', () => {
    const all = Array.from({ length: 31 }, (_, i) => ({ link: vlan('eth0', 100 + i) }));
    expect(numbersOf(all).at(-1)).toBe('7130 0x1f00/0x1f00 2070 2071');
  });

  const refusals: [string, Partial<NetworkSpec>, RegExp][] = [
    [
      'a priority without room for the lookup',
      { priority: must(parsePriority(32765)) },
      /priority 32765 leaves no room/,
    ],
    ["the loop guard's table", { table: table(6999) }, /table 6999 is the loop guard's/],
  ];
  it.each(refusals)('refuse %s', (_title, changes, message) => {
    expect(numbersOf([changes])[0]).toMatch(message);
  });
});
