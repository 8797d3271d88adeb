import { describe, expect, it } from 'vitest';
import { routeWords, ruleWords } from '../../src/domain/ip-words.ts';
import { parseRoutes, parseRules } from '../../src/facts/routing.ts';
import { ruleKey } from '../../src/plan/words.ts';
import { capture } from './captures/capture.ts';

const routesInWords = (json: string) =>
  parseRoutes(json).map(({ route, protocol }) => `${routeWords(route).join(' ')} protocol ${protocol}`);
const rulesInWords = (json: string) =>
  parseRules(json, 'ipv4').map(({ rule, protocol }) => `${ruleWords(rule).join(' ')} protocol ${protocol}`);

describe('parseRoutes', () => {
  it('keeps just what a route of mlbroute can say', () => {
    // Not here: ECMP, a metric, TOS, a gateway of the other family, and the types unreachable, prohibit, throw, local and broadcast.
    expect(routesInWords(capture('routes.txt')).sort()).toEqual([
      '1.2.10.0/24 via 192.168.1.9 dev eth0 table main protocol boot',
      '1.2.3.0/24 dev eth1 scope link table 7100 protocol static',
      '1.2.4.0/24 via 9.9.9.9 dev eth1 onlink table 7100 protocol static',
      '1.2.5.5/32 dev eth1 scope link table 7100 protocol boot',
      '1.2.9.0/24 dev eth1 scope link table 4294967295 protocol 99',
      '10.9.9.2/32 dev eth1 scope link table main protocol kernel',
      '192.168.1.0/24 dev eth0 scope link table main protocol kernel',
      'blackhole 1.2.3.0/24 table 6999 protocol static',
      'default via 1.2.3.1 dev eth1 table 7100 protocol static',
    ]);
  });

  it('keeps no route over a gateway of the other family as if it were a link route', () => {
    const via = { dst: '1.2.8.0/24', via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth1', table: '7100', flags: [] };
    expect(parseRoutes(JSON.stringify([via]))).toEqual([]);
  });

  it('tells the families apart, also of default routes, and keeps only IPv6 routes of the usual metric', () => {
    const ipv6 = { flags: [], pref: 'medium' };
    const shown = [
      { dst: 'default', gateway: 'fe80::1', dev: 'eth1', table: '7100', protocol: '4', metric: 1024, ...ipv6 },
      { dst: 'default', dev: 'eth1', table: '7101', metric: 1024, ...ipv6 },
      { dst: 'default', dev: 'eth1', table: '7101', flags: [] },
      { dst: '2001:db8:1::/64', dev: 'eth1', table: '7100', protocol: '4', metric: 1024, ...ipv6 },
      { dst: '2001:db8::5', dev: 'eth1', metric: 1024, ...ipv6 },
      { type: '6', dst: '2001:db8:1::/64', dev: 'lo', table: '6999', metric: 1024, ...ipv6 },
      // Of the kernel's own making, of router advertisements, of people who know better.
      { dst: 'fe80::/64', dev: 'eth1', protocol: '2', metric: 256, ...ipv6 },
      { type: '5', dst: 'ff00::/8', dev: 'eth1', table: '255', protocol: '2', metric: 256, ...ipv6 },
      { dst: 'default', gateway: 'fe80::2', dev: 'eth1', protocol: '9', metric: 1024, expires: 1800, ...ipv6 },
      { dst: '2001:db8:2::/64', dev: 'eth1', metric: 10, ...ipv6 },
    ];
    const routes = parseRoutes(JSON.stringify(shown));
    expect(routes.map(({ route }) => `${route.family} ${routeWords(route).join(' ')}`)).toEqual([
      'ipv6 default via fe80::1 dev eth1 table 7100',
      'ipv6 default dev eth1 table 7101',
      'ipv4 default dev eth1 scope link table 7101',
      'ipv6 2001:db8:1::/64 dev eth1 table 7100',
      'ipv6 2001:db8::5/128 dev eth1 table main',
      'ipv6 blackhole 2001:db8:1::/64 table 6999',
      'ipv6 default via fe80::2 dev eth1 table main',
    ]);
  });

  it('ignores keys that it does not know, and the state of the link', () => {
    const shown = { dst: 'default', gateway: '1.2.3.1', dev: 'eth1', flags: ['dead', 'linkdown'], news: 1, metric: 0 };
    expect(routesInWords(JSON.stringify([shown]))).toEqual([
      'default via 1.2.3.1 dev eth1 table main protocol boot', //
    ]);
  });

  it.each([
    ['an iproute2 that prints names', '[{"dst":"default","dev":"eth1","table":"vlan100"}]', 'table "vlan100" by name'],
    ['an iproute2 without -N', 'Option "-N" is unknown, try "ip -help".', 'JSON'],
    ['no iproute2 at all', '', 'JSON'],
  ])('throws a SyntaxError that tells of %s', (_, answer, hint) => {
    expect(() => parseRoutes(answer)).toThrow(SyntaxError);
    expect(() => parseRoutes(answer)).toThrow(hint);
  });
});

describe('parseRules', () => {
  it('keeps just the rules that do nothing but look up a table by selectors of ours', () => {
    expect(rulesInWords(capture('rules.txt'))).toEqual([
      'priority 0 lookup 255 protocol kernel',
      'priority 11 fwmark 0x100/0xffffffff lookup 100 protocol unspec',
      'priority 12 fwmark 0x100/0x1f00 lookup 100 protocol static',
      'priority 14 to 1.2.3.0/24 iif eth1 lookup 6999 protocol kernel',
      'priority 25 iif eth9 lookup 7100 protocol 99',
      'priority 28 fwmark 0x0/0xff lookup 100 protocol unspec',
      'priority 29 from 0.0.0.0/8 lookup 100 protocol unspec',
      'priority 31 from 1.2.3.4/32 to 10.0.0.0/8 fwmark 0x80000000/0x80000000 lookup 4294967295 protocol unspec',
      'priority 32766 lookup main protocol kernel',
      'priority 32767 lookup 253 protocol kernel',
    ]);
  });

  it.each([
    ['not', null],
    ['oif', 'eth1'],
    ['suppress_prefixlen', 0],
    ['suppress_ifgroup', '3'],
    ['tos', '0x10'],
    ['ipproto', 'tcp'],
    ['dport', 80],
    ['uid_start', 0],
    ['tun_id', 7],
    ['flow_from', '3'],
    ['action', '6'],
    ['goto', 100],
    ['dscp', 'AF11'],
  ])('never takes a rule with %s for one without', (key, value) => {
    const plain = { priority: 2000, src: '1.2.3.0', srclen: 24, table: '7100', protocol: '4' };
    expect(rulesInWords(JSON.stringify([plain]))).toHaveLength(1);
    expect(rulesInWords(JSON.stringify([{ ...plain, [key]: value }]))).toEqual([]);
  });

  it('reads rules of IPv6', () => {
    const shown = {
      priority: 2010,
      src: 'all',
      dst: '2001:db8::',
      dstlen: 32,
      fwmark: '0x100',
      fwmask: '0x1f00',
      table: '254',
    };
    const host = { priority: 2009, src: '2001:db8::5', table: '7100' };
    expect(parseRules(JSON.stringify([shown, host]), 'ipv6').map(({ rule }) => ruleKey(rule))).toEqual([
      'ipv6 priority 2010 to 2001:db8::/32 fwmark 0x100/0x1f00 lookup main',
      'ipv6 priority 2009 from 2001:db8::5/128 lookup 7100',
    ]);
  });

  it('throws a SyntaxError that tells of an iproute2 that prints names', () => {
    const json = '[{"priority":32766,"src":"all","table":"main"}]';
    expect(() => parseRules(json, 'ipv4')).toThrow('ip shows table "main" by name, so its iproute2 is too old');
    expect(() => parseRules(json, 'ipv4')).toThrow(SyntaxError);
  });
});
