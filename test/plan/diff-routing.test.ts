import { describe, expect, it } from 'vitest';
import type { PolicyRule, Priority, Route, TableId } from '../../src/domain/routing.ts';
import { diffRoutes, diffRules } from '../../src/plan/diff-routing.ts';
import { cidr, device, ip } from '../tasks/example-host.ts';
import { inWords } from './in-words.ts';

const table = 7100 as TableId;
const pool = cidr('1.2.3.0/24');
const link = (dev: string): Route => ({ family: 'ipv4', table, destination: pool, type: 'link', device: device(dev) });
const gateway = (dev: string, via = '1.2.3.1', onlink = false): Route => ({
  ...{ family: 'ipv4', table, destination: 'default', type: 'gateway', device: device(dev), gateway: ip(via), onlink },
});
const blackhole: Route = { family: 'ipv4', table: 6999 as TableId, destination: pool, type: 'blackhole' };
const running = (protocol: string, ...routes: readonly Route[]) => routes.map((route) => ({ route, protocol }));

function routesInWords(desired: readonly Route[], found: ReturnType<typeof running>, recorded: readonly Route[]) {
  const { additions, removals } = diffRoutes(desired, found, recorded);
  return [...inWords(additions), ...inWords(removals)];
}

describe('diffRoutes', () => {
  it.each<[string, readonly Route[], ReturnType<typeof running>, readonly Route[], readonly string[]]>([
    [
      'adds what is missing, link routes before the gateways that need them',
      [gateway('eth1'), blackhole, link('eth1')],
      [],
      [],
      [
        '+ route 1.2.3.0/24 dev eth1 scope link table 7100',
        '  > ip -4 route add 1.2.3.0/24 dev eth1 scope link table 7100 protocol static',
        '  < ip -4 route delete 1.2.3.0/24 dev eth1 scope link table 7100 protocol static',
        '+ route blackhole 1.2.3.0/24 table 6999',
        '  > ip -4 route add blackhole 1.2.3.0/24 table 6999 protocol static',
        '  < ip -4 route delete blackhole 1.2.3.0/24 table 6999 protocol static',
        '+ route default via 1.2.3.1 dev eth1 table 7100',
        '  > ip -4 route add default via 1.2.3.1 dev eth1 table 7100 protocol static',
        '  < ip -4 route delete default via 1.2.3.1 dev eth1 table 7100 protocol static',
      ],
    ],
    ['finds nothing to do, whoever made it', [link('eth1')], running('boot', link('eth1')), [], []],
    [
      'replaces its own, and an undo brings the old one back as it was',
      [gateway('eth1', '1.2.3.254', true)],
      running('boot', gateway('eth1')),
      [gateway('eth1')],
      [
        '~ route default via 1.2.3.254 dev eth1 onlink table 7100 (was default via 1.2.3.1 dev eth1 table 7100)',
        '  > ip -4 route replace default via 1.2.3.254 dev eth1 onlink table 7100 protocol static',
        '  < ip -4 route replace default via 1.2.3.1 dev eth1 table 7100 protocol boot',
      ],
    ],
    [
      'moves a table to another device, and an undo brings the link route back before the gateway',
      [link('eth2'), gateway('eth2')],
      running('static', link('eth1'), gateway('eth1')),
      [link('eth1'), gateway('eth1')],
      [
        '~ route 1.2.3.0/24 dev eth2 scope link table 7100 (was 1.2.3.0/24 dev eth1 scope link table 7100)',
        '  > ip -4 route replace 1.2.3.0/24 dev eth2 scope link table 7100 protocol static',
        '  < ip -4 route replace 1.2.3.0/24 dev eth1 scope link table 7100 protocol static',
        '~ route default via 1.2.3.1 dev eth2 table 7100 (was default via 1.2.3.1 dev eth1 table 7100)',
        '  > ip -4 route replace default via 1.2.3.1 dev eth2 table 7100 protocol static',
        '  < ip -4 route replace 1.2.3.0/24 dev eth1 scope link table 7100 protocol static',
        '  < ip -4 route replace default via 1.2.3.1 dev eth1 table 7100 protocol static',
      ],
    ],
    [
      'adds beside a route of somebody else in its place, and lets the kernel refuse',
      [gateway('eth1')],
      running('static', gateway('eth0')),
      [],
      [
        '+ route default via 1.2.3.1 dev eth1 table 7100',
        '  > ip -4 route add default via 1.2.3.1 dev eth1 table 7100 protocol static',
        '  < ip -4 route delete default via 1.2.3.1 dev eth1 table 7100 protocol static',
      ],
    ],
    [
      'removes what is recorded, gateways first, with the protocol it has',
      [],
      running('boot', link('eth1'), gateway('eth1')),
      [link('eth1'), gateway('eth1')],
      [
        '- route default via 1.2.3.1 dev eth1 table 7100',
        '  > ip -4 route delete default via 1.2.3.1 dev eth1 table 7100 protocol boot',
        '  < ip -4 route add default via 1.2.3.1 dev eth1 table 7100 protocol boot',
        '- route 1.2.3.0/24 dev eth1 scope link table 7100',
        '  > ip -4 route delete 1.2.3.0/24 dev eth1 scope link table 7100 protocol boot',
        '  < ip -4 route add 1.2.3.0/24 dev eth1 scope link table 7100 protocol boot',
      ],
    ],
    ['leaves alone what nobody recorded', [], running('static', link('eth1')), [gateway('eth1')], []],
    ['does not remove what is gone already', [], [], [link('eth1')], []],
  ])('%s', (_, desired, found, recorded, words) => {
    expect(routesInWords(desired, found, recorded)).toEqual(words);
  });
});

describe('diffRules', () => {
  const rule = (priority: number, rest: Partial<PolicyRule> = {}): PolicyRule => ({
    ...{ family: 'ipv4', priority: priority as Priority, from: null, to: null, iif: null, fwmark: null, table },
    ...rest,
  });
  const fwmark = { value: 0x100, mask: 0x1f00 };
  const [exception, main] = [
    rule(2010, { fwmark, to: cidr('10.0.0.0/8'), table: 254 as TableId }),
    rule(2011, { fwmark }),
  ];

  it('adds an exception before the rule it is excepted from', () => {
    expect(inWords(diffRules([main, exception], [], []).additions)).toEqual([
      '+ rule 2010 to 10.0.0.0/8 fwmark 0x100/0x1f00 lookup main',
      '  > ip -4 rule add priority 2010 to 10.0.0.0/8 fwmark 0x100/0x1f00 lookup main protocol static',
      '  < ip -4 rule delete priority 2010 to 10.0.0.0/8 fwmark 0x100/0x1f00 lookup main protocol static',
      '+ rule 2011 fwmark 0x100/0x1f00 lookup 7100',
      '  > ip -4 rule add priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static',
      '  < ip -4 rule delete priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static',
    ]);
  });

  it('removes every rule that does what a recorded one did, each by its protocol, and exceptions last', () => {
    const found = [
      { rule: exception, protocol: 'static' },
      { rule: main, protocol: 'unspec' },
      { rule: main, protocol: 'static' },
      { rule: rule(2012), protocol: 'static' },
    ];
    const { additions, removals } = diffRules([], found, [exception, main, rule(2013)]);
    expect(additions).toEqual([]);
    expect(removals.map(({ apply }) => apply[0]?.argv.join(' '))).toEqual([
      'ip -4 rule delete priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static',
      'ip -4 rule delete priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol unspec',
      'ip -4 rule delete priority 2010 to 10.0.0.0/8 fwmark 0x100/0x1f00 lookup main protocol static',
    ]);
  });

  it.each<[string, Partial<PolicyRule>]>([
    ['priority', { priority: 2012 as Priority }],
    ['source', { from: pool }],
    ['destination', { to: pool }],
    ['incoming interface', { iif: device('eth1') }],
    ['mask', { fwmark: { value: 0x100, mask: 0xffffffff } }],
    ['table', { table: 7101 as TableId }],
  ])('takes no rule of another %s for the one it wants', (_, other) => {
    const found = [{ rule: { ...main, ...other }, protocol: 'static' }];
    expect(diffRules([main], found, []).additions).toHaveLength(1);
    expect(diffRules([main], found, []).removals).toHaveLength(0);
  });
});
