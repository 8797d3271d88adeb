import { describe, expect, it } from 'vitest';
import { captureFilter, judgeCapture, parsePassings } from '../../src/deploy/captured.ts';
import type { Decision } from '../../src/domain/desired-state.ts';
import { cidr, device, iface, ip } from '../tasks/example-host.ts';

const decision = (pool: string): Decision => ({
  ...({ network: 'public', returnPath: 'mark', reason: 'for the test' } as const),
  ...{ pools: [cidr(pool)], device: device('eth0.100'), gateway: ip('1.2.3.1'), table: null, fwmark: null },
});
const interfaces = [
  iface('bond0'),
  iface('port', [], { master: device('bond0') }),
  iface('eth0'),
  iface('eth0.100', [], { kind: 'vlan', parent: device('eth0') }),
];
// As tcpdump 4.99.3 prints them.
const packet = (name: string, way: 'In ' | 'Out', [from, to]: readonly [string, string], flags: string) =>
  `12:00:00.000001 ${name} ${way} IP ${from} > ${to}: Flags [${flags}], seq 1, win 64240, length 0`;
const request = ['203.0.113.9.40000', '1.2.3.5.80'] as const;
const answer = ['1.2.3.5.80', '203.0.113.9.40000'] as const;
const judged = (...lines: readonly string[]) => {
  const { captured, findings } = judgeCapture([decision('1.2.3.0/24')], parsePassings(lines), interfaces);
  return [captured[0], findings.map(({ message }) => message)];
};

describe('a capture', () => {
  it('is content with answers that leave where the request came in, whatever carries the interface', () => {
    expect(
      judged(
        packet('eth0', 'In ', request, 'S'),
        packet('eth0.100', 'In ', request, 'S'),
        packet('eth0.100', 'Out', answer, 'S.'),
        packet('eth0', 'Out', answer, 'S.'),
      ),
    ).toEqual([{ network: 'public', requests: 1, answered: 1 }, []]);
    expect(
      judged(
        packet('port', 'In ', request, 'S'),
        packet('bond0', 'In ', request, 'S'),
        packet('bond0', 'Out', answer, 'S.'),
        packet('port', 'Out', answer, 'S.'),
      )[1],
    ).toEqual([]);
  });

  it('names an answer that leaves by the parent alone, and a request that nobody answers, each once', () => {
    const came = [packet('eth0', 'In ', request, 'S'), packet('eth0.100', 'In ', request, 'S')];
    expect(judged(...came, packet('eth0', 'Out', answer, 'S.'))).toEqual([
      { network: 'public', requests: 1, answered: 0 },
      ['the request of 203.0.113.9.40000 to 1.2.3.5.80 came in by eth0.100, its answer left by eth0'],
    ]);
    expect(judged(...came, ...came)[1]).toEqual([
      'the request of 203.0.113.9.40000 to 1.2.3.5.80 came in by eth0.100, and no answer left the node',
    ]);
  });

  it('knows nothing of other addresses, of what the node asks itself, and of lines without an interface', () => {
    const other = ['203.0.113.9.40000', '9.9.9.9.80'] as const;
    expect(
      judged(
        packet('eth0', 'In ', other, 'S'),
        packet('eth0', 'Out', request, 'S'),
        '12:00:00.000001 IP 203.0.113.9.1 > 1.2.3.5.80: Flags [S], seq 1',
        '3 packets captured',
      ),
    ).toEqual([{ network: 'public', requests: 0, answered: 0 }, []]);
  });

  it('looks at the beginnings of connections of both families, and needs no filter without pools', () => {
    expect(captureFilter([decision('1.2.3.0/24'), decision('2001:db8:1::/64')])).toBe(
      '(tcp[tcpflags] & tcp-syn != 0 and (net 1.2.3.0/24)) or (ip6 proto 6 and ip6[53] & 2 != 0 and (net 2001:db8:1::/64))',
    );
    expect(captureFilter([])).toBeNull();
  });
});
