import { describe, expect, it } from 'vitest';
import type { ChangeCause, FileChange, HostPlan, RuntimeChange } from '../../src/domain/change.ts';
import type { Observed } from '../../src/domain/observed.ts';
import { findingsOf } from '../../src/plan/findings.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { observed as file, managed, running, samplePlan } from '../report/sample-plan.ts';
import { hostFacts, manifest } from '../tasks/example-host.ts';

const path = '/etc/mlbroute/a';
const calm: Observed = {
  facts: hostFacts(),
  persisted: [],
  notFiles: [],
  recorded: manifest(),
  history: [],
  running: { vlans: [], routes: [], rules: [], chains: [], sysctls: {} },
  boot: noBootFiles,
  pending: null,
};

function findings(plan: Partial<HostPlan>, host: Partial<Observed> = {}): readonly string[] {
  return findingsOf(samplePlan('node1', plan), { ...calm, ...host }).map(
    ({ code, where, subject, message, hint }) =>
      `${code} ${where} ${subject}: ${message}${hint === null ? '' : ` (${hint})`}`,
  );
}

const [before, after] = [file(path, 'x\n', { owner: 'admin' }), managed(path, 'y\n')];
const link = { kind: 'symlink', path, target: 'x' } as const;
const change = {
  create: (cause: ChangeCause): FileChange => ({ kind: 'create', path, after, cause }),
  update: (cause: ChangeCause): FileChange => ({ kind: 'update', path, before, after, cause }),
  relink: (cause: ChangeCause): FileChange => ({ kind: 'update', path, before: link, after, cause }),
  remove: (cause: ChangeCause): FileChange => ({ kind: 'remove', path, before, cause }),
};

describe('findingsOf', () => {
  it('has nothing to say of an unchanged host', () => {
    expect(findings({})).toEqual([]);
  });

  it.each<[FileChange, string]>([
    [change.create('inventory'), 'missing persisted /etc/mlbroute/a: does not exist'],
    [change.create('edited-on-host'), 'missing persisted /etc/mlbroute/a: was removed since the last push'],
    [change.update('inventory'), 'differs persisted /etc/mlbroute/a: is not what the inventory asks for'],
    [
      change.update('edited-on-host'),
      'edited-on-host persisted /etc/mlbroute/a: was edited by admin on 2023-11-14T22:13:20.000Z since the last push',
    ],
    [change.relink('edited-on-host'), 'edited-on-host persisted /etc/mlbroute/a: was edited since the last push'],
    [change.remove('inventory'), 'unexpected persisted /etc/mlbroute/a: nothing in the inventory asks for it'],
  ])('says of %j: %s', (one, words) => {
    expect(findings({ files: [one] })).toEqual([words]);
  });

  it.each<[RuntimeChange, readonly string[]]>([
    [running('+', 'rule 1'), ['missing running rule 1: is missing in the running kernel']],
    [running('~', 'rule 1'), ['differs running rule 1: differs in the running kernel']],
    [running('-', 'rule 1'), ['unexpected running rule 1: is in the running kernel, and nothing asks for it']],
    [running('~', 'read units', 'unit'), []],
    [running('+', 'shield', 'networkd'), []],
  ])('says of %j: %j', (one, words) => {
    expect(findings({ runtime: [one] })).toEqual(words);
  });

  it.each([
    [
      'eth0',
      ['0', '1'],
      'the kernel takes max(all, interface): on eth0 max(0, 1) = 1, what would be answered by another interface is dropped',
    ],
    [
      'eth0',
      ['2', '1'],
      'the kernel takes max(all, interface): on eth0 max(2, 1) = 2, what could not be answered at all is dropped, and everything on an interface without an address',
    ],
    [
      'all',
      ['1', '0'],
      'the kernel takes max(all, interface), so no interface is below 1: what would be answered by another interface is dropped',
    ],
  ])('says what comes of rp_filter of %s where all and eth0 have %j', (name, [all = '', own = ''], words) => {
    const sysctls = { 'net/ipv4/conf/all/rp_filter': all, 'net/ipv4/conf/eth0/rp_filter': own };
    const runtime = [running('~', `sysctl net/ipv4/conf/${name}/rp_filter 1 → 0`, 'sysctl')];
    const [finding] = findingsOf(samplePlan('node1', { runtime }), {
      ...calm,
      running: { ...calm.running, sysctls },
    });
    expect(finding).toMatchObject({ code: 'differs', hint: words });
  });

  it('counts a warning about the next boot, and no other', () => {
    const warnings = [
      { code: 'not-boot-safe', message: 'at the next boot …', hint: 'rename it' },
      { code: 'mark-in-use', message: 'mark …', hint: null },
    ];
    expect(findings({ warnings })).toEqual(['not-boot-safe persisted boot: at the next boot … (rename it)']);
  });

  it.each([
    [false, 'pending recorded t1: a push by joe waits for its confirmation (unconfirmed, it reverts by itself)'],
    [
      true,
      'pending recorded t1: a push by joe waits for its confirmation (nobody will end it any more: the next push takes it back first)',
    ],
  ])('tells of an open transaction, stale: %j', (isStale, words) => {
    expect(findings({}, { pending: { id: 't1', owner: 'joe', secondsLeft: 5, isStale } })).toEqual([words]);
  });

  it('notices that the files are there but no record of them, where nothing else differs', () => {
    const host = { recorded: null, persisted: [before] };
    expect(findings({}, host)).toEqual([
      'missing recorded /var/lib/mlbroute/manifest.json: the files are there, but no push was ever confirmed here (push again)',
    ]);
    expect(findings({ files: [change.update('inventory')] }, host)).toHaveLength(1);
    expect(findings({}, { recorded: null })).toEqual([]);
  });
});
