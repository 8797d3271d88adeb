import { describe, expect, it } from 'vitest';
import type { HostName } from '../../src/domain/host.ts';
import type { RunEvent } from '../../src/domain/outcome.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { describeRunEvent } from '../../src/report/run-text.ts';

const hosts = ['n1', 'n2', 'n3'] as HostName[];
const [n1, n2] = hosts as [HostName, HostName];

describe('describeRunEvent', () => {
  it.each<[RunEvent, string]>([
    [{ kind: 'batch', number: 2, of: 5, hosts }, 'batch 2 of 5: n[1-3] (3 hosts)'],
    [{ kind: 'gate', batch: 1, troubles: [] }, 'batch 1 was looked at again: all is well'],
    [
      {
        kind: 'gate',
        batch: 1,
        troubles: [
          { host: n1, findings: ['rule 2011 is missing', 'and\x1b[2J more'] },
          { host: n2, findings: ['connect ECONNREFUSED'] },
        ],
      },
      'batch 1 was looked at again: n1: rule 2011 is missing; and\\x1b[2J more | n2: connect ECONNREFUSED',
    ],
    [
      { kind: 'stop', because: '2 hosts failed, and --max-fail is 1', hosts: [n1] },
      'stopped: 2 hosts failed, and --max-fail is 1; not started: n1 (1 host)',
    ],
  ])('says %j', (event, expected) => {
    expect(describeRunEvent(event)).toBe(expected);
  });
});

describe('an event of the run', () => {
  it('is one more line of NDJSON for machines, and nothing for people', async () => {
    const said = { terminal: '', results: '' };
    const reporter = await createReporter({
      hosts,
      phases: ['apply'],
      mode: 'json',
      terminal: {
        write: (text) => {
          said.terminal += text;
        },
        columns: () => 80,
        rows: () => 24,
        color: false,
      },
      writeResult: (text) => {
        said.results += text;
      },
      now: () => Date.UTC(2026, 0, 2),
    });
    reporter.emitRun({ kind: 'batch', number: 1, of: 2, hosts });
    await reporter.close();
    expect(said.terminal).toBe('');
    expect(said.results).toBe(
      '{"at":"2026-01-02T00:00:00.000Z","kind":"batch","number":1,"of":2,"hosts":["n1","n2","n3"]}\n',
    );
  });
});
