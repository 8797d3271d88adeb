import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePrivateFile } from '../../src/commands/private-file.ts';
import { formatSavedPlan, parseSavedPlan, readSavedPlan, type SavedPlan } from '../../src/commands/saved-plan.ts';
import type { HostName } from '../../src/domain/host.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { networkUpdate, samplePlan } from '../report/sample-plan.ts';

const saved: SavedPlan = {
  kind: 'mlbroute-plan',
  version: 1,
  mlbroute: '1.2.3',
  madeAt: '2026-01-02T03:04:05.000Z',
  inventory: [{ path: 'prod.yaml', sha256: null }],
  hosts: [
    {
      name: 'n1' as HostName,
      plan: samplePlan('n1', { files: [networkUpdate] }),
      manifest: {
        version: 1,
        generation: 4,
        pushedBy: null,
        desired: sampleState,
        files: [],
        sysctlsBefore: { 'net/ipv4/conf/all/rp_filter': '2' },
        links: ['eth0.100'],
      },
      basis: { 'file /etc/x': 'abc 0644 root:root', 'service proxy': 'none' },
    },
  ],
  unplanned: ['n2' as HostName],
};
const text = formatSavedPlan(saved);
const read = (content: string, version = '1.2.3') => parseSavedPlan(content, 'a.plan', version);

describe('a saved plan', () => {
  it('comes back as it was', () => {
    expect(read(text)).toEqual({ ok: true, value: { ...saved } });
  });

  it('does not depend on white space', () => {
    expect(read(JSON.stringify(JSON.parse(text), null, 2))).toEqual({ ok: true, value: saved });
  });

  it.each<[string, string, string, string]>([
    ['no JSON', 'hello', 'plan-format', 'a.plan is not a saved plan'],
    ['nothing', '', 'plan-format', 'a.plan is not a saved plan'],
    ['a list', '[]', 'plan-format', 'a.plan is not a saved plan'],
    ['another kind of JSON', '{"all": {}}', 'plan-format', 'a.plan is not a saved plan'],
    ['half a plan', text.slice(0, 200), 'plan-format', 'a.plan is not a saved plan'],
    [
      'a later format',
      text.replace('"version":1', '"version":2'),
      'plan-version',
      'a.plan is a plan of format 2, and this mlbroute reads format 1',
    ],
    [
      'an edited plan',
      text.replace('Table=7100', 'Table=7101'),
      'plan-damaged',
      'a.plan is damaged or was edited: its content does not match its sum',
    ],
    [
      'a plan without its sum',
      text.replace(/,"sha256":"[0-9a-f]{64}"}\n$/, '}'),
      'plan-damaged',
      'a.plan is damaged or was edited: its content does not match its sum',
    ],
  ])('is refused for %s', (_, content, code, message) => {
    expect(read(content)).toMatchObject({ ok: false, error: { severity: 'error', code, message } });
  });

  it('is refused by another version of mlbroute', () => {
    expect(read(text, '1.3.0')).toMatchObject({
      ok: false,
      error: { code: 'plan-version', message: 'a.plan was made by mlbroute 1.2.3, and this is 1.3.0' },
    });
  });
});

describe('the file of a saved plan', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlbroute-plan-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is readable only by its owner, also where it takes the place of another', async () => {
    const file = join(folder, 'a.plan');
    await writeFile(file, 'older', { mode: 0o644 });
    await writePrivateFile(file, text);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readSavedPlan(file, '1.2.3')).toEqual({ ok: true, value: saved });
    expect(await readdir(folder)).toEqual(['a.plan']);
  });

  it('is not written half: where it cannot take its place, nothing is left', async () => {
    await expect(writePrivateFile(folder, text)).rejects.toThrow(/EISDIR|ENOTEMPTY|EBUSY|EPERM/);
    expect(
      (await readdir(tmpdir())).filter((name) => name.includes('mlbroute-plan-') && name.endsWith('.new')),
    ).toEqual([]);
  });

  it('is an error where it is missing', async () => {
    expect(await readSavedPlan(join(folder, 'no'), '1.2.3')).toMatchObject({
      ok: false,
      error: { code: 'plan-unreadable', message: expect.stringMatching(/ cannot be read: no such file or directory$/) },
    });
  });
});
