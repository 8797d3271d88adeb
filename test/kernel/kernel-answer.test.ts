import { describe, expect, it } from 'vitest';
import { parseKernelAnswer } from '../../src/kernel/kernel-answer.ts';
import { routeWords, ruleWords } from '../../src/kernel/words.ts';

/** Lines of iproute2 6.1 on a node, `ip -N -j`. */
const sections = new Map([
  [
    'rules-ipv4',
    `[{"priority":0,"src":"all","table":"255"},
      {"priority":100,"not":null,"src":"1.2.3.0","srclen":24,"fwmark":"0x100","fwmask":"0x1f00","iif":"v0","table":"254","suppress_prefixlen":0},
      {"priority":101,"src":"1.2.3.4","dst":"10.0.0.0","dstlen":8,"oif":"v0","action":"6"},
      {"priority":102,"src":"all","goto":200},
      {"priority":103,"src":"all","fwmark":"0x7","table":"77"},
      {"priority":104,"src":"all","ipproto":"6","table":"77"},
      {"priority":200,"src":"all","action":"7"}]`,
  ],
  [
    'routes-ipv4',
    `[{"dst":"default","gateway":"10.0.0.2","dev":"v0","table":"78","metric":7,"flags":["onlink"]},
      {"dst":"9.0.0.1","dev":"v0","scope":"253","flags":[]},
      {"dst":"9.0.0.2","dev":"v0","scope":"253","flags":["dead","linkdown"]},
      {"type":"9","dst":"9.1.0.0/16","table":"78","flags":[]},
      {"type":"6","dst":"9.4.0.0/16","table":"78","flags":[]},
      {"dst":"8.0.0.0/8","flags":[],"nexthops":[{"gateway":"10.0.0.2","dev":"v0","weight":1,"flags":[]},{"gateway":"10.0.0.3","dev":"v1","weight":1,"flags":[]}]},
      {"dst":"7.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"v0","flags":[]},
      {"type":"2","dst":"10.0.0.1","dev":"v0","table":"255","protocol":"2","scope":"254","prefsrc":"10.0.0.1","flags":[]}]`,
  ],
  [
    'routes-ipv6',
    '[{"dst":"fe80::/64","dev":"v0","protocol":"2","metric":256,"flags":[],"pref":"medium"},{"type":"6","dst":"default","dev":"lo","metric":1024,"flags":[]}]',
  ],
  ['rules-ipv6', ''],
  [
    'settings',
    '/proc/sys/net/ipv4/conf/all/rp_filter:2\n/proc/sys/net/ipv4/conf/eth0.100/rp_filter:1\n/proc/sys/net/ipv4/conf/eth0.100/forwarding:1\n',
  ],
  ['forwarding-ipv6', '1\n'],
  ['end', ''],
]);

describe('the routing that a node tells', () => {
  it('is read whole, rules in the words of ip(8)', () => {
    const answer = parseKernelAnswer(sections);
    if (!answer.ok) throw new Error(answer.error);
    expect(answer.value.rules.map((rule) => `${rule.priority}: ${ruleWords(rule)}`)).toEqual([
      '0: lookup local',
      '100: not from 1.2.3.0/24 iif v0 fwmark 0x100/0x1f00 lookup main suppress_prefixlength 0',
      '101: from 1.2.3.4/32 to 10.0.0.0/8 oif v0 blackhole',
      '102: goto 200',
      '103: fwmark 0x7/0xffffffff lookup 77',
      '104: ipproto … lookup 77',
      '200: unreachable',
    ]);
    expect(answer.value.routes.map((route) => `${route.table}: ${routeWords(route)}`)).toEqual([
      '78: default via 10.0.0.2 dev v0 onlink metric 7',
      '254: 9.0.0.1 dev v0',
      '78: throw 9.1.0.0/16',
      '78: blackhole 9.4.0.0/16',
      '254: 8.0.0.0/8 nexthop via 10.0.0.2 dev v0 nexthop via 10.0.0.3 dev v1',
      '254: 7.0.0.0/8 via fe80::1 dev v0',
      '255: local 10.0.0.1 dev v0',
      '254: fe80::/64 dev v0 metric 256',
      '254: blackhole default',
    ]);
    const off = { rpFilter: 0, usesMark: false, acceptsLocal: false, forwards: false };
    expect(answer.value.settings).toEqual({
      all: { ...off, rpFilter: 2 },
      'eth0.100': { ...off, rpFilter: 1, forwards: true },
    });
    expect(answer.value.forwardsIpv6).toBe(true);
  });

  it('is refused where its end is missing', () => {
    expect(parseKernelAnswer(new Map([['rules-ipv4', '[]']]))).toEqual({
      ok: false,
      error: 'the host stopped answering before the end of its report',
    });
  });

  it('is refused where it is not JSON', () => {
    const answer = parseKernelAnswer(new Map([...sections, ['rules-ipv4', 'Segmentation fault']]));
    expect(answer).toMatchObject({ ok: false, error: expect.stringMatching(/^its answer cannot be read: /) });
  });
});
