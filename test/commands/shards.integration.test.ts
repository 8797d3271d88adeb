import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { reportMerge } from '../../src/commands/report-merge.ts';
import { rollback } from '../../src/commands/rollback.ts';
import type { ReportFile } from '../../src/domain/report-file.ts';
import { isInShard, type Shard } from '../../src/domain/shard.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { buildProgram, type Fleet, markNetwork, startFleet } from './fleet.ts';

const names = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
const of = 3;
const shards: readonly Shard[] = [1, 2, 3].map((index) => ({ index, of }));
const hostsOf = (shard: Shard) => names.filter((name) => isInShard(name, shard));

let fleet: Fleet;
beforeAll(() => {
  buildProgram();
  fleet = startFleet(names.length);
  mkdirSync(join(fleet.directory, 'reports'));
}, 120_000);
afterAll(() => fleet.stop());

const file = (name: string): ReportFile => ({ path: join(fleet.directory, 'reports', `${name}.json`), format: 'json' });
const read = (name: string): RunReport => JSON.parse(readFileSync(file(name).path, 'utf8'));
/** What does not depend on when a run was. */
const timeless = (report: RunReport) => ({
  ...{ ...report, startedAt: '', elapsedMs: 0 },
  hosts: report.hosts.map((host) => ({ ...host, phasesMs: {} })),
});
const merge = (from: readonly string[], to: string) =>
  fleet.run(reportMerge, { files: from.map((name) => file(name).path), report: [file(to)] });
const generations = () =>
  Object.fromEntries(
    names.map((name) => [
      name,
      Number(
        /"generation":(\d+)/.exec(
          fleet.host(name).sh('cat /var/lib/mlbroute/manifest.json 2>/dev/null || true'),
        )?.[1] ?? 0,
      ),
    ]),
  );
const each = (value: number, inShard = value, shard: Shard = { index: 1, of: 1 }) =>
  Object.fromEntries(names.map((name) => [name, isInShard(name, shard) ? inShard : value]));

// Each step finds the hosts as the one before left them.
describe('shards', { retry: 0 }, () => {
  it('at once change each host exactly once, and their reports are together that of a single run', async () => {
    const single = await fleet.run(plan, fleet.planOptions({ report: [file('single')] }));
    expect(single.exitCode).toBe(2);
    for (const shard of shards)
      await fleet.run(plan, fleet.planOptions({ shard, report: [file(`plan${shard.index}`)] }));
    const merged = await merge(['plan3', 'plan1', 'plan2'], 'planned');
    expect(merged).toMatchObject({ exitCode: 2, stderr: 'Merged 3 reports of 6 hosts.\n' });
    expect(timeless(read('planned'))).toEqual(timeless(read('single')));

    const programs = shards.map(({ index }) =>
      fleet.start([
        'push',
        '-y',
        '-i',
        fleet.inventory,
        '--shard',
        `${index}/${of}`,
        '--report',
        file(`push${index}`).path,
      ]),
    );
    const ended = await Promise.all(programs.map((program) => program.ended));
    expect(
      ended.map(({ exitCode }) => exitCode),
      ended.map(({ stderr }) => stderr).join(),
    ).toEqual([0, 0, 0]);
    expect(generations()).toEqual(each(1));
    expect((await merge(['push1', 'push2', 'push3'], 'pushed')).exitCode).toBe(0);
    expect(read('pushed').hosts.map(({ host, outcome }) => [host, outcome?.status])).toEqual(
      names.map((name) => [name, 'changed']),
    );
    expect(read('push2').hosts.map(({ host }) => host)).toEqual(hostsOf({ index: 2, of }));
  }, 120_000);

  it('of which one gave no report are no good run', async () => {
    const { exitCode, stderr } = await merge(['push1', 'push3'], 'incomplete');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: there is no report of shard 2/3\n');
    expect(read('incomplete').missing).toEqual([{ index: 2, of: 3 }]);
  });

  it('that have no host of a choice do nothing and say so, but an unknown host stays an error', async () => {
    const [shard] = shards.filter((one) => !isInShard('n1', one));
    const report = [file('empty')];
    const options = fleet.pushOptions({ limit: 'n1', ...(shard === undefined ? {} : { shard }), report });
    const empty = await fleet.run(push, options);
    expect(empty).toMatchObject({ exitCode: 0, stdout: '' });
    expect(empty.stderr).toBe(`Nothing to do: shard ${shard?.index}/3 has none of 1 host.\n`);
    expect(read('empty')).toMatchObject({ shard, hosts: [] });
    const unknown = await fleet.run(push, { ...options, limit: 'n1,n77' });
    expect(unknown.exitCode).toBe(65);
    expect(unknown.stderr).toContain('n77');
    expect((await fleet.run(audit, { ...options, report: [] })).exitCode).toBe(0);
  });

  it('roll back, remove and apply saved plans on their own hosts alone', async () => {
    const [shard = { index: 1, of }] = shards.filter((one) => hostsOf(one).length > 0);
    fleet.describe({ networks: [{ ...markNetwork, pools: ['1.2.4.0/24'] }] });
    const saved = join(fleet.directory, 'saved.plan');
    await fleet.run(plan, fleet.planOptions({ out: saved }));
    const pushed = await fleet.run(push, fleet.pushOptions({ shard, planFile: saved }));
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(generations()).toEqual(each(1, 2, shard));
    const back = await fleet.run(rollback, { ...fleet.pushOptions({ shard }), to: null });
    expect(back.exitCode, back.stderr).toBe(0);
    expect(generations()).toEqual(each(1, 3, shard));
    const removed = await fleet.run(remove, fleet.pushOptions({ shard }));
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(generations()).toEqual(each(1, 0, shard));
  }, 120_000);

  it('retry what they left themselves, and the command to type next says which they are', async () => {
    const [shard = { index: 1, of }, other = { index: 2, of }] = shards.filter((one) => hostsOf(one).length > 0);
    const [first = ''] = hostsOf(shard);
    fleet.describe({ networks: [{ ...markNetwork, pools: ['1.2.5.0/24'] }] });
    fleet.host(first).sh('mount --bind /bin/false /usr/sbin/sshd');
    const failed = await fleet.run(push, fleet.pushOptions({ shard }));
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain(`mlbroute push -i ${fleet.inventory} --shard ${shard.index}/3`);
    expect((await fleet.run(push, fleet.pushOptions({ shard: other }))).exitCode).toBe(0);
    fleet.host(first).sh('umount /usr/sbin/sshd');
    // The last run on this machine is that of the other shard.
    const all = await fleet.run(push, fleet.pushOptions({ retry: 'last' }));
    expect(all).toMatchObject({ exitCode: 0 });
    expect(all.stderr).toMatch(
      /^Nothing to retry: no push of this inventory of all hosts, only of \d\/3, .*is on record\.\n$/,
    );
    const again = await fleet.run(push, fleet.pushOptions({ shard, retry: 'last' }));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(new RegExp(`^Retry of run [\\w-]+: ${first}$`, 'm'));
    const done = await fleet.run(push, fleet.pushOptions({ shard, retry: 'last', report: [file('retried')] }));
    expect(done.stderr).toMatch(/^Nothing to retry: run [\w-]+ left no host unfinished\.\n$/);
    expect(read('retried').hosts).toEqual([]);
  }, 120_000);
});
