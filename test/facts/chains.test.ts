import { describe, expect, it } from 'vitest';
import { parseChains } from '../../src/facts/chains.ts';

const ours = ['-d 1.2.3.0/24 -i eth0.100 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0x1f00'];

describe('parseChains', () => {
  it.each<[string, readonly string[], readonly object[]]>([
    ['nothing', [], []],
    [
      'a chain with its hook and rules, in order',
      [
        ':MLBROUTE-PREROUTING - [0:0]',
        '-A PREROUTING -j MLBROUTE-PREROUTING',
        `-A MLBROUTE-PREROUTING ${ours[0]}`,
        '-A MLBROUTE-PREROUTING -j RETURN',
      ],
      [{ name: 'MLBROUTE-PREROUTING', hook: 'PREROUTING', rules: [...ours, '-j RETURN'] }],
    ],
    [
      'a chain that nothing jumps to',
      [':MLBROUTE-OUTPUT - [0:0]', '-A MLBROUTE-OUTPUT -j RETURN'],
      [{ name: 'MLBROUTE-OUTPUT', hook: null, rules: ['-j RETURN'] }],
    ],
    [
      'a chain that only some packets reach as one without its hook',
      [':MLBROUTE-OUTPUT - [0:0]', '-A OUTPUT -p tcp -j MLBROUTE-OUTPUT'],
      [{ name: 'MLBROUTE-OUTPUT', hook: null, rules: [] }],
    ],
    [
      'two chains of which one name begins the other',
      [
        ':MLBROUTE-A - [5:300]',
        ':MLBROUTE-A-2 - [0:0]',
        '-A OUTPUT -j MLBROUTE-A-2',
        '-A MLBROUTE-A -j RETURN',
        '-A MLBROUTE-A-2 -j ACCEPT',
      ],
      [
        { name: 'MLBROUTE-A', hook: null, rules: ['-j RETURN'] },
        { name: 'MLBROUTE-A-2', hook: 'OUTPUT', rules: ['-j ACCEPT'] },
      ],
    ],
    [
      'chains of two tables, each with its own hook',
      [
        '*mangle',
        ':MLBROUTE-PREROUTING - [0:0]',
        '-A PREROUTING -j MLBROUTE-PREROUTING',
        '*raw',
        ':MLBROUTE-RPFILTER - [0:0]',
        '-A PREROUTING -j MLBROUTE-RPFILTER',
        '-A MLBROUTE-RPFILTER -i eth0.100 -m rpfilter --invert -j DROP',
      ],
      [
        { name: 'MLBROUTE-PREROUTING', hook: 'PREROUTING', rules: [] },
        {
          ...{ table: 'raw', name: 'MLBROUTE-RPFILTER', hook: 'PREROUTING' },
          rules: ['-i eth0.100 -m rpfilter --invert -j DROP'],
        },
      ],
    ],
    ['no chain of others, whatever it jumps to', [':KUBE-X - [0:0]', '-A KUBE-X -j MLBROUTE-PREROUTING'], []],
  ])('reads %s', (_, lines, chains) => {
    expect(parseChains(lines.join('\n'), 'ipv4')).toEqual(
      chains.map((chain) => ({ family: 'ipv4', table: 'mangle', ...chain })),
    );
  });
});
