import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalDirectory, openJournal, parseJournal, pastRuns } from '../../src/commands/journal.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { HostOutcome } from '../../src/domain/outcome.ts';

const hosts = ['n1', 'n2', 'n3', 'n4'] as HostName[];
const [n1, n2, n3] = hosts as [HostName, HostName, HostName];
const inventory = ['/etc/prod.yaml'];
const at = new Date('2026-01-02T03:04:05.678Z');
const reverted: HostOutcome = { status: 'reverted', because: { kind: 'protocol', message: 'x' } };

describe('journalDirectory', () => {
  it.each([
    ['/state', '/state/mlbroute/runs'],
    // XDG paths must be absolute; others are ignored (XDG Base Directory Specification).
    ['state', join(homedir(), '.local/state/mlbroute/runs')],
    ['', join(homedir(), '.local/state/mlbroute/runs')],
    [undefined, join(homedir(), '.local/state/mlbroute/runs')],
  ])('for XDG_STATE_HOME %j is %s', (XDG_STATE_HOME, expected) => {
    expect(journalDirectory({ XDG_STATE_HOME })).toBe(expected);
  });
});

describe('a journal', () => {
  let scratch: string;
  let directory: string;
  let warnings: string[];
  const warn = (text: string) => void warnings.push(text);
  const open = (date = at) =>
    openJournal(directory, { command: 'push', inventory, hosts, shard: null, at: date }, warn);
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'mlbroute-journal-'));
    directory = join(scratch, 'mlbroute/runs');
    warnings = [];
  });
  afterEach(() => rm(scratch, { recursive: true }));

  it('tells which hosts were left unfinished: those in trouble, those begun and never ended, those never begun', async () => {
    const journal = await open();
    expect(journal.id).toMatch(/^20260102T030405\d{3}-[0-9a-f]{6}$/);
    journal.record({ kind: 'end', host: n1, outcome: { status: 'unchanged' } });
    journal.record({ kind: 'start', host: n2, transaction: 't-2' });
    journal.record({ kind: 'end', host: n2, outcome: reverted });
    journal.record({ kind: 'start', host: n3, transaction: 't-3' });
    expect(await pastRuns(directory, warn)).toEqual([
      { id: journal.id, command: 'push', inventory, shard: null, unfinished: ['n2', 'n3', 'n4'] },
    ]);
    expect(warnings).toEqual([]);
  });

  it('is in the order in which runs began, within a second too', async () => {
    const ids = [];
    for (let ms = 0; ms < 12; ms += 1) ids.push((await open(new Date(at.getTime() + ms))).id);
    expect((await pastRuns(directory, warn)).map(({ id }) => id)).toEqual(ids.toReversed());
  });

  it('is one line of JSON per event, readable only by its owner', async () => {
    const journal = await open();
    journal.record({ kind: 'start', host: n2, transaction: 't-2' });
    const file = join(directory, `${journal.id}.ndjson`);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['run', 'start']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('is kept for the last 20 runs, and they are told newest first', async () => {
    const ids: string[] = [];
    for (let minute = 0; minute < 23; minute++) ids.push((await open(new Date(at.getTime() + minute * 60_000))).id);
    expect(await readdir(directory)).toHaveLength(20);
    expect((await pastRuns(directory, warn)).map(({ id }) => id)).toEqual(ids.reverse().slice(0, 20));
  });

  it('knows which part of the hosts a run was about', async () => {
    await openJournal(directory, { command: 'push', inventory, hosts, shard: '2/5', at }, warn);
    expect(await pastRuns(directory, warn)).toMatchObject([{ shard: '2/5', unfinished: hosts }]);
  });

  it('survives a last line that was cut off', () => {
    const run = '{"kind":"run","version":1,"id":"r","command":"push","inventory":[],"hosts":["n1"]}\n';
    expect(parseJournal(`${run}{"kind":"end","host":"n1","outco`)).toEqual({
      id: 'r',
      command: 'push',
      shard: null,
      inventory: [],
      unfinished: ['n1'],
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello\n'],
    ['another version', '{"kind":"run","version":2,"id":"r","inventory":[],"hosts":[]}\n'],
    ['no beginning', '{"kind":"start","host":"n1","transaction":"t"}\n'],
  ])('with %s in it is skipped with a warning', async (_, text) => {
    const journal = await open();
    await writeFile(join(directory, '99999999T000000-ffffff.ndjson'), text);
    expect((await pastRuns(directory, warn)).map(({ id }) => id)).toEqual([journal.id]);
    expect(warnings).toEqual([expect.stringMatching(/99999999T000000-ffffff\.ndjson is skipped: it is damaged$/)]);
  });

  it('that cannot be read is skipped with a warning', async () => {
    await mkdir(join(directory, '99999999T000000-ffffff.ndjson'), { recursive: true });
    expect(await pastRuns(directory, warn)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('EISDIR')]);
  });

  it('that cannot be written warns once, and stops nothing', async () => {
    await writeFile(join(scratch, 'mlbroute'), 'a file where the folder should be');
    const journal = await open();
    journal.record({ kind: 'start', host: n1, transaction: 't' });
    journal.record({ kind: 'end', host: n1, outcome: { status: 'unchanged' } });
    expect(warnings).toEqual([expect.stringContaining('--retry will not know it')]);
  });

  it('of a run nobody has made is an empty list, without a warning', async () => {
    expect(await pastRuns(directory, warn)).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
