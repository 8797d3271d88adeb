import { describe, expect, it } from 'vitest';
import type { NetfilterChain } from '../../src/domain/netfilter.ts';
import type { RunningChain } from '../../src/domain/observed.ts';
import { diffChains } from '../../src/plan/diff-chains.ts';
import { inWords } from './in-words.ts';

const chain: NetfilterChain = {
  ...{ family: 'ipv4', table: 'mangle', name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT', rules: ['-j ONE', '-j TWO'] },
};
const restore = 'iptables-restore -w 10 --noflush';
const removal = [
  'iptables -w 10 -t mangle -D OUTPUT -j MLBROUTE-OUTPUT',
  'iptables -w 10 -t mangle -F MLBROUTE-OUTPUT',
  'iptables -w 10 -t mangle -X MLBROUTE-OUTPUT',
];

describe('diffChains', () => {
  it.each<[string, readonly NetfilterChain[], readonly RunningChain[], readonly string[]]>([
    ['leaves an equal chain alone', [chain], [chain], []],
    [
      'makes a chain and its jump in one step',
      [chain],
      [],
      [
        '+ chain MLBROUTE-OUTPUT in mangle from OUTPUT, 2 rules',
        `  > ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\n-A MLBROUTE-OUTPUT -j ONE\\n-A MLBROUTE-OUTPUT -j TWO\\n-I OUTPUT 1 -j MLBROUTE-OUTPUT\\nCOMMIT\\n"`,
        ...removal.map((command) => `  < ${command}`),
      ],
    ],
    [
      'fills a chain anew without touching its jump',
      [{ ...chain, rules: ['-j TWO'] }],
      [chain],
      [
        '~ chain MLBROUTE-OUTPUT in mangle from OUTPUT, 1 rule',
        `  > ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\n-A MLBROUTE-OUTPUT -j TWO\\nCOMMIT\\n"`,
        `  < ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\n-A MLBROUTE-OUTPUT -j ONE\\n-A MLBROUTE-OUTPUT -j TWO\\nCOMMIT\\n"`,
      ],
    ],
    [
      'puts a lost jump back',
      [chain],
      [{ ...chain, hook: null }],
      [
        '~ chain MLBROUTE-OUTPUT in mangle from OUTPUT, 2 rules',
        `  > ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\n-A MLBROUTE-OUTPUT -j ONE\\n-A MLBROUTE-OUTPUT -j TWO\\n-I OUTPUT 1 -j MLBROUTE-OUTPUT\\nCOMMIT\\n"`,
        `  < ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\n-D OUTPUT -j MLBROUTE-OUTPUT\\n-A MLBROUTE-OUTPUT -j ONE\\n-A MLBROUTE-OUTPUT -j TWO\\nCOMMIT\\n"`,
      ],
    ],
    [
      'removes what nobody wants, step by step',
      [],
      [{ ...chain, rules: [] }],
      [
        '- chain MLBROUTE-OUTPUT in mangle',
        ...removal.map((command) => `  > ${command}`),
        `  < ${removal[0]}`,
        `  < ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\n-I OUTPUT 1 -j MLBROUTE-OUTPUT\\nCOMMIT\\n"`,
      ],
    ],
    [
      'removes a chain without a jump',
      [],
      [{ ...chain, hook: null, rules: [] }],
      [
        '- chain MLBROUTE-OUTPUT in mangle',
        ...removal.slice(1).map((command) => `  > ${command}`),
        `  < ${restore} <<"*mangle\\n:MLBROUTE-OUTPUT - [0:0]\\nCOMMIT\\n"`,
      ],
    ],
  ])('%s', (_, desired, running, words) => {
    expect(inWords(diffChains(desired, running))).toEqual(words);
  });

  it('minds the order of rules, and the family and table of a chain', () => {
    expect(diffChains([{ ...chain, rules: ['-j TWO', '-j ONE'] }], [chain])).toHaveLength(1);
    expect(diffChains([{ ...chain, family: 'ipv6' }], [chain]).map(({ sign }) => sign)).toEqual(['-', '+']);
    expect(diffChains([{ ...chain, table: 'raw' }], [chain]).map(({ sign }) => sign)).toEqual(['-', '+']);
  });

  it('asks the tools of the family', () => {
    const [change] = diffChains([{ ...chain, family: 'ipv6' }], []);
    expect([...(change?.apply ?? []), ...(change?.undo ?? [])].map(({ argv }) => argv[0])).toEqual([
      'ip6tables-restore',
      'ip6tables',
      'ip6tables',
      'ip6tables',
    ]);
  });
});
