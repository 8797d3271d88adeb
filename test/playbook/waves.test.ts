import { describe, expect, it } from 'vitest';
import type { HostName } from '../../src/domain/host.ts';
import { formatPortion } from '../../src/domain/portion.ts';
import { hostsOfPlays } from '../../src/playbook/hosts-of-plays.ts';
import { parsePlaybook } from '../../src/playbook/parse-playbook.ts';
import { wavesOf } from '../../src/playbook/waves.ts';
import { sure } from '../deploy/sample-state.ts';
import { inventoryOf, yaml } from '../inventory/printed.ts';

const inventory = yaml`
  all:
    children:
      test: { hosts: { t1: } }
      prod: { hosts: { p1: , p2: , p3: } }
`;

/** The waves of a playbook, each as `hosts: serial / max_fail, limitName`. */
function waves(playbook: string): readonly string[] {
  const parsed = sure(parsePlaybook(playbook, 'p.yaml'));
  const found = inventoryOf(inventory);
  const playsOf = sure(hostsOfPlays(parsed, found));
  const names = [...found.hostsByName.keys()].filter((name) => playsOf.has(name)) as HostName[];
  return wavesOf(parsed, playsOf, names).map(({ hosts, serial, maxFail, limitName }) => {
    const limit = maxFail === null ? '' : `, ${limitName}: ${formatPortion(maxFail)}`;
    return `${[...hosts].join(' ')}: ${serial.map(formatPortion).join(' ')}${limit}`;
  });
}

describe('The hosts of a playbook are changed', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'all at once where no play says how',
      '- { hosts: test, tasks: [] }\n- { hosts: prod, tasks: [] }\n',
      ['t1 p1 p2 p3: '],
    ],
    [
      'in batches where a play says so',
      '- { name: All, hosts: all, serial: [1, 50%], max_fail: 10%, tasks: [] }\n',
      ['t1 p1 p2 p3: 1 50%, max_fail of play "All": 10%'],
    ],
    [
      'in the order of the plays',
      '- { hosts: test, tasks: [] }\n- { hosts: prod, serial: 1, tasks: [] }\n',
      ['t1: ', 'p1 p2 p3: 1'],
    ],
    [
      'once each, by the first of their plays that says how',
      '- { hosts: all, tasks: [] }\n- { hosts: prod, serial: 50%, tasks: [] }\n- { hosts: p1, max_fail: 0, tasks: [] }\n',
      ['t1: ', 'p1 p2 p3: 50%'],
    ],
    [
      'under the limit of a play that has no batches, counted by its place where it has no name',
      '- { hosts: p1, serial: 1, tasks: [] }\n- { hosts: prod, max_fail: 1, tasks: [] }\n- { hosts: test, tasks: [] }\n',
      ['p1: 1', 'p2 p3: , max_fail of play 2: 1', 't1: '],
    ],
    ['not at all where no play has them', '- { hosts: p2, serial: 2, tasks: [] }\n', ['p2: 2']],
  ])('%s', (_, playbook, expected) => {
    expect(waves(playbook)).toEqual(expected);
  });
});
