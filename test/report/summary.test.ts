import { describe, expect, it } from 'vitest';
import type { HostName } from '../../src/domain/host.ts';
import type { Failure, HostOutcome } from '../../src/domain/outcome.ts';
import { exitCodeOf, formatSummary, type HostResult, type SummaryOptions } from '../../src/report/summary.ts';

const options: SummaryOptions = {
  elapsedMs: 4_210,
  hostCount: 8,
  command: ['mlbroute', 'push', '-i', 'prod.yaml'],
  doctor: ['mlbroute', 'doctor', '-i', 'prod.yaml'],
  limit: null,
  canRetry: false,
  columns: 80,
  color: false,
};

const unchanged: HostOutcome = { status: 'unchanged' };
const changed: HostOutcome = { status: 'changed', changes: 7, warnings: [] };
const lost: Failure = { kind: 'connection-lost', message: 'no answer to keepalive for 15 s' };
const unreachable: HostOutcome = {
  status: 'unreachable',
  because: { kind: 'connect', message: 'connect ECONNREFUSED 10.0.0.9:22', isTransient: true },
};

const stale: HostOutcome = { status: 'failed', because: { kind: 'stale', message: 'the host has changed' } };

const oneOfEach: readonly HostResult[] = [
  result('n8', {
    status: 'stranded',
    because: lost,
    details: 'ip rule: RTNETLINK answers: No such file or directory\nstill armed: no',
    command: 'sh /var/lib/mlbroute/pending/revert.sh',
  }),
  result('n1', unchanged),
  result('n3', { status: 'not-started', because: 'the run was interrupted' }),
  result('n2', { status: 'changed', changes: 1, warnings: ['net.ipv4.conf.all.rp_filter is 2'] }),
  result('n7', { status: 'unknown', because: lost, revertsWithinMs: 60_000 }),
  result('n4', unreachable),
  result('n6', { status: 'reverted', because: { kind: 'verification', findings: ['rule 2010 is missing'] } }),
  result('n5', {
    status: 'failed',
    because: { kind: 'refused', message: 'no iproute2', hint: 'apt install iproute2' },
  }),
];

/** Hosts that stopped on the way through the actions of a playbook. */
const onTheWay: readonly HostResult[] = [
  result('n1', {
    status: 'failed',
    because: { kind: 'action', action: 'Ask the switch', message: 'exit code 3', output: ['port 7', '\x1b[2Jdown'] },
    changesBefore: 2,
  }),
  result('n2', { status: 'reverted', because: lost, changesBefore: 1 }),
];

describe('formatSummary', () => {
  it('says every outcome from best to worst, and the stranded last and in full', () => {
    expect(formatSummary(oneOfEach, options)).toBe(`\
unchanged    n1
changed      n2: 1 change
             warning: net.ipv4.conf.all.rp_filter is 2
not started  n3: the run was interrupted
unreachable  n4: connect ECONNREFUSED 10.0.0.9:22
failed       n5: no iproute2 (apt install iproute2)
reverted     n6: not as planned after apply: rule 2010 is missing
             the host is as it was before
unknown      n7: no answer to keepalive for 15 s
             the host reverts by itself within 1 min, unless the change was
             confirmed
stranded     n8: no answer to keepalive for 15 s

8 hosts in 4.2 s: 1 unchanged, 1 changed, 1 not started, 1 unreachable, 1
failed, 1 reverted, 1 unknown, 1 stranded
Next, after 1 min: mlbroute push -i prod.yaml -l n3,n4,n5,n6,n7

STRANDED: 1 host could not be put back. A person must act.
  n8: no answer to keepalive for 15 s
      ip rule: RTNETLINK answers: No such file or directory
      still armed: no
      run on n8:  sh /var/lib/mlbroute/pending/revert.sh
`);
  });

  it('says what an action that failed had said, and what stays of the steps before', () => {
    expect(formatSummary(onTheWay, options)).toContain(`\
failed       n1: Ask the switch: exit code 3
             | port 7
             | \\x1b[2Jdown
             2 changes of the steps before it stay
reverted     n2: no answer to keepalive for 15 s
             this step was undone
             1 change of the steps before it stay
`);
  });

  it('keeps within a narrow terminal, but for the commands to copy', () => {
    const lines = formatSummary(oneOfEach, { ...options, columns: 40 }).split('\n');
    const tooLong = lines.filter((line) => line.length > 40);
    expect(tooLong).toEqual([
      'Next, after 1 min: mlbroute push -i prod.yaml -l n3,n4,n5,n6,n7',
      'STRANDED: 1 host could not be put back. A person must act.',
      '      ip rule: RTNETLINK answers: No such file or directory',
      '      run on n8:  sh /var/lib/mlbroute/pending/revert.sh',
    ]);
  });

  it.each<[string, number, (index: number) => HostOutcome, string]>([
    ['1 host', 1, () => changed, 'changed      node1: 7 changes\n\n1 host in 4.2 s: 1 changed\n'],
    [
      '3 hosts, one of them failing',
      3,
      (i) => (i === 2 ? unreachable : unchanged),
      `\
unchanged    node[1-2] (2 hosts)
unreachable  node3: connect ECONNREFUSED 10.0.0.9:22

3 hosts in 4.2 s: 2 unchanged, 1 unreachable
Next: mlbroute push -i prod.yaml -l node3
`,
    ],
    [
      '50 hosts',
      50,
      (i) => (i < 47 ? changed : unchanged),
      `\
unchanged    node[48-50] (3 hosts)
changed      node[01-47] (47 hosts): 7 changes

50 hosts in 4.2 s: 3 unchanged, 47 changed
`,
    ],
    [
      '500 hosts',
      500,
      (i) => (i % 100 === 0 ? unreachable : unchanged),
      `\
unchanged    node[002-100,102-200,202-300,302-400,402-500] (495 hosts)
unreachable  node[001,101,201,301,401] (5 hosts): connect ECONNREFUSED
             10.0.0.9:22

500 hosts in 4.2 s: 495 unchanged, 5 unreachable
Next: mlbroute push -i prod.yaml -l node001,node101,node201,node301,node401
`,
    ],
    ['no host at all', 0, () => unchanged, '\n0 hosts in 4.2 s\n'],
  ])('folds %s', (_, count, outcomeOf, expected) => {
    const width = String(count).length;
    const results = Array.from({ length: count }, (_, i) =>
      result(`node${String(i + 1).padStart(width, '0')}`, outcomeOf(i)),
    );
    expect(formatSummary(results, { ...options, hostCount: count })).toBe(expected);
  });

  it('folds hosts whose trouble is the same but for their addresses, and gives a single one its own', () => {
    const unreachableAt = (address: string): HostOutcome => {
      const common = 'connection refused';
      const because = { kind: 'connect', message: `${address}: ${common}`, common, isTransient: true } as const;
      return { status: 'unreachable', because };
    };
    const two = [result('n1', unreachableAt('10.0.0.1:22')), result('n2', unreachableAt('10.0.0.2:22'))];
    expect(formatSummary(two, options)).toContain('\nunreachable  n[1-2] (2 hosts): connection refused\n'.trimStart());
    expect(formatSummary(two.slice(1), options)).toContain('unreachable  n2: 10.0.0.2:22: connection refused\n');
  });

  it('counts the hosts of the run where only those in trouble are told of', () => {
    const text = formatSummary([result('n1', unreachable)], { ...options, hostCount: 500 });
    expect(text).toContain('\n1 of 500 hosts in 4.2 s: 1 unreachable\nNext: mlbroute push -i prod.yaml -l n1\n');
  });

  it.each<[string, readonly HostResult[], string | null, string | null]>([
    ['nothing where all went well', [result('n1', unchanged)], null, null],
    ['the same command where all failed', [result('n1', stale)], null, 'mlbroute push -i prod.yaml'],
    [
      'a look at the way there where nobody was reached',
      [result('n1', unreachable)],
      null,
      'mlbroute doctor -i prod.yaml',
    ],
    [
      'that within the limit of the user',
      [result('n1', unreachable), result('n2', unreachable)],
      'workers',
      'mlbroute doctor -i prod.yaml -l workers',
    ],
    [
      'the same command where one of those in trouble was reached',
      [result('n1', unreachable), result('n2', stale)],
      null,
      'mlbroute push -i prod.yaml',
    ],
    [
      "the user's own limit where all failed, never more hosts than before",
      [result('n1', stale)],
      'n1 n2',
      "mlbroute push -i prod.yaml -l 'n1 n2'",
    ],
    [
      'the hosts in trouble where they are few',
      [result('n1', unchanged), result('n2', unreachable)],
      'workers',
      'mlbroute push -i prod.yaml -l n2',
    ],
    [
      "the user's own limit where they are many",
      Array.from({ length: 20 }, (_, i) => result(`n${i}`, i === 0 ? unchanged : unreachable)),
      'workers',
      'mlbroute push -i prod.yaml -l workers',
    ],
    [
      "the user's own limit where a name would mean something else in a pattern",
      [result('n1', unchanged), result('fe80::1', unreachable)],
      'workers',
      'mlbroute push -i prod.yaml -l workers',
    ],
  ])('names as the next command %s', (_, results, limit, expected) => {
    const next = formatSummary(results, { ...options, limit, hostCount: results.length }).match(/^Next: (.*)$/m);
    expect(next?.[1] ?? null).toBe(expected);
  });

  it('names a retry of the run where it is known and the hosts are many, still within the limit', () => {
    const results = Array.from({ length: 20 }, (_, i) => result(`n${i}`, i === 0 ? unchanged : unreachable));
    const next = formatSummary(results, { ...options, hostCount: 20, canRetry: true, limit: 'workers' }).match(
      /^Next: (.*)$/m,
    );
    expect(next?.[1]).toBe('mlbroute push -i prod.yaml --retry last -l workers');
  });

  it('does not send a stranded host back into a push', () => {
    const stranded = oneOfEach.filter(({ outcome }) => outcome.status === 'stranded');
    expect(formatSummary([...stranded, result('n1', unchanged)], options)).not.toContain('Next');
  });

  it('lets no control codes of a host through', () => {
    const text = formatSummary(
      [result('n1', { status: 'failed', because: { kind: 'protocol', message: '\x1b[2J' } })],
      options,
    );
    expect(text).toContain('\\x1b[2J');
    expect(text).not.toContain('\x1b');
  });

  it('has the same words with colour as without', () => {
    const colored = formatSummary(oneOfEach, { ...options, color: true });
    expect(colored).toContain('\x1b[31m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is taken out
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).toBe(formatSummary(oneOfEach, options));
  });
});

describe('exitCodeOf', () => {
  it.each(oneOfEach.map(({ outcome }) => [outcome.status, outcome] as const))(
    'gives for %s alone',
    (status, outcome) => {
      expect(exitCodeOf([outcome])).toBe(status === 'unchanged' || status === 'changed' ? 0 : 1);
    },
  );

  it('is 1 where one host of many is in trouble, and 0 without hosts', () => {
    expect(exitCodeOf([unchanged, unreachable, changed])).toBe(1);
    expect(exitCodeOf([])).toBe(0);
  });
});

function result(host: string, outcome: HostOutcome): HostResult {
  return { host: host as HostName, outcome };
}
