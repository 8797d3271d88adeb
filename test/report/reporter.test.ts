import { describe, expect, it } from 'vitest';
import type { HostName } from '../../src/domain/host.ts';
import type { HostEvent, HostOutcome } from '../../src/domain/outcome.ts';
import { createReporter, type ReporterMode, type ReporterOptions, reporterMode } from '../../src/report/reporter.ts';

const startMs = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A run of three hosts: one unchanged, one reverted, one unreachable. */
const story: readonly (readonly [afterMs: number, event: HostEvent])[] = [
  [0, { kind: 'phase', host: host('n1'), phase: 'connect' }],
  [0, { kind: 'phase', host: host('n2'), phase: 'connect' }],
  [100, { kind: 'phase', host: host('n1'), phase: 'observe' }],
  [300, end('n1', { status: 'unchanged' })],
  [0, { kind: 'phase', host: host('n2'), phase: 'apply' }],
  [0, { kind: 'step', host: host('n2'), text: 'files written' }],
  [1000, { kind: 'phase', host: host('n2'), phase: 'revert' }],
  [
    600,
    end('n2', { status: 'reverted', because: { kind: 'step', step: 'rules', message: 'RTNETLINK: File exists\n' } }),
  ],
  [0, end('n3', { status: 'unreachable', because: { kind: 'connect', message: 'refused', isTransient: true } })],
];

describe('createReporter', () => {
  it('prints a line per end and per revert, for logs, and an empty one at the end', async () => {
    expect(await told('lines')).toEqual({
      terminal: `\
   0.4 s  1/3  n1 unchanged
   1.4 s  1/3  n2 reverting
   2.0 s  2/3  n2 reverted: rules: RTNETLINK: File exists / the host is as it was before
   2.0 s  3/3  n3 unreachable: refused
   2.0 s  3/3  interrupted

`,
      results: '',
    });
  });

  it('prints every event as NDJSON with its time, and nothing but notes to people', async () => {
    const { terminal, results } = await told('json');
    expect(terminal).toBe('interrupted\n');
    const lines = results.trimEnd().split('\n');
    expect(lines).toHaveLength(story.length);
    expect(JSON.parse(lines[2] ?? '')).toEqual({
      at: '2026-01-02T03:04:05.100Z',
      kind: 'phase',
      host: 'n1',
      phase: 'observe',
    });
    expect(lines.map((line) => JSON.parse(line).at === undefined)).not.toContain(true);
  });

  it('is silent where nobody wants progress, but for notes', async () => {
    expect(await told('none')).toEqual({ terminal: 'interrupted\n', results: '' });
  });

  it('draws nothing on a board without hosts', async () => {
    const { options, sink } = optionsOf('board', []);
    const reporter = await createReporter(options);
    await reporter.close();
    expect(sink.terminal).toBe('');
  });
});

describe('reporterMode', () => {
  it.each<[string, Parameters<typeof reporterMode>[0], ReporterMode]>([
    ['a terminal', { output: 'text', progress: true, canRedraw: true, rows: 24 }, 'board'],
    ['no terminal', { output: 'text', progress: true, canRedraw: false, rows: Number.POSITIVE_INFINITY }, 'lines'],
    ['a terminal too low for a board', { output: 'text', progress: true, canRedraw: true, rows: 8 }, 'lines'],
    ['no wish for progress', { output: 'text', progress: false, canRedraw: true, rows: 24 }, 'none'],
    ['machines, even on a terminal', { output: 'json', progress: true, canRedraw: true, rows: 24 }, 'json'],
    ['machines, with or without progress', { output: 'json', progress: false, canRedraw: false, rows: 24 }, 'json'],
  ])('suits %s', (_, wish, expected) => {
    expect(reporterMode(wish)).toBe(expected);
  });
});

type Sink = { terminal: string; results: string; nowMs: number };

async function told(mode: ReporterMode): Promise<{ readonly terminal: string; readonly results: string }> {
  const { options, sink } = optionsOf(mode, ['n1', 'n2', 'n3']);
  const reporter = await createReporter(options);
  for (const [afterMs, event] of story) {
    sink.nowMs += afterMs;
    reporter.emit(event);
  }
  reporter.note('interrupted');
  await reporter.close();
  return { terminal: sink.terminal, results: sink.results };
}

function optionsOf(mode: ReporterMode, hosts: readonly string[]): { options: ReporterOptions; sink: Sink } {
  const sink: Sink = { terminal: '', results: '', nowMs: startMs };
  const options: ReporterOptions = {
    hosts: hosts.map(host),
    phases: ['connect', 'observe', 'apply'],
    mode,
    terminal: {
      write: (text) => {
        sink.terminal += text;
      },
      columns: () => 80,
      rows: () => 24,
      color: false,
    },
    writeResult: (text) => {
      sink.results += text;
    },
    now: () => sink.nowMs,
  };
  return { options, sink };
}

function host(name: string): HostName {
  return name as HostName;
}

function end(name: string, outcome: HostOutcome): HostEvent {
  return { kind: 'end', host: host(name), outcome, elapsedMs: 1 };
}
