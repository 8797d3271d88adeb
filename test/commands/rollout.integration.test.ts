import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/commands/journal.ts';
import { push } from '../../src/commands/push.ts';
import type { Portion } from '../../src/domain/portion.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, startFleet } from './fleet.ts';

const oneByOne: readonly Portion[] = [{ kind: 'count', hosts: 1 }];
let fleet: Fleet;
beforeEach(() => {
  fleet = startFleet(3);
});
afterEach(() => fleet.stop());

/** Makes every new rule fail on a host, which then reverts. */
const breakRules = (name: string) =>
  fleet
    .host(name)
    .sh(
      `printf '#!/bin/sh\\ncase "$*" in *"rule add"*) echo "no more rules" >&2; exit 2;; esac\\nexec /usr/sbin/ip "$@"\\n' >/usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`,
    );
const mendRules = (name: string) => fleet.host(name).sh('rm /usr/local/sbin/ip');
const rulesOf = (name: string) => fleet.host(name).sh('ip rule show');

/** The status of each host by the events of a run in JSON. */
function endsOf(stdout: string): Readonly<Record<string, string>> {
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return Object.fromEntries(
    events.flatMap((event) => (event.kind === 'end' ? [[event.host, event.outcome.status]] : [])),
  );
}

describe('a push in batches', () => {
  it('looks at each batch again before the next, and tells of it in plain NDJSON', async () => {
    const options = fleet.pushOptions({ serial: oneByOne, output: 'json' });
    const { exitCode, stdout, stderr } = await fleet.run(push, options);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(endsOf(stdout)).toEqual({ n1: 'changed', n2: 'changed', n3: 'changed' });
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap((event) => {
        if (event.kind === 'batch') return [`batch ${event.number}/${event.of} ${event.hosts}`];
        if (event.kind === 'gate') return [`gate ${event.batch} ${event.troubles.length}`];
        return event.kind === 'end' ? [`end ${event.host}`] : [];
      });
    expect(told).toEqual([
      ...['batch 1/3 n1', 'end n1', 'gate 1 0', 'batch 2/3 n2', 'end n2', 'gate 2 0', 'batch 3/3 n3', 'end n3'],
    ]);
  });

  it('stops after a batch with a failure, and says why the rest was not started', async () => {
    breakRules('n1');
    const before = [snapshotOf(fleet.host('n2')), snapshotOf(fleet.host('n3'))];
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ serial: oneByOne }));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^not started {2}n\[2-3\] \(2 hosts\): 1 host failed, and no --max-fail allows it$/m);
    expect(stderr).toMatch(/^reverted {5}n1: \+ rule .*no more rules$/m);
    expect([snapshotOf(fleet.host('n2')), snapshotOf(fleet.host('n3'))]).toEqual(before);
  });

  it('goes on past failures that --max-fail allows', async () => {
    breakRules('n1');
    const maxFail = { kind: 'percent', percent: 34 } as const;
    const options = fleet.pushOptions({ serial: oneByOne, maxFail, output: 'json' });
    const { exitCode, stdout } = await fleet.run(push, options);
    expect(exitCode).toBe(1);
    expect(endsOf(stdout)).toEqual({ n1: 'reverted', n2: 'changed', n3: 'changed' });
  });

  it('counts a host that cannot be reached before anything begins', async () => {
    const [n1] = [fleet.host('n1')];
    n1.stop();
    const options = fleet.pushOptions({ maxFail: { kind: 'count', hosts: 0 }, output: 'json' });
    const { exitCode, stdout } = await fleet.run(push, options);
    expect(exitCode).toBe(1);
    expect(endsOf(stdout)).toEqual({ n1: 'unreachable', n2: 'not-started', n3: 'not-started' });
  });

  it('stops where the gateway does not answer the batch before, though its hosts were confirmed', async () => {
    fleet.host('n1').sh('ip link set eth1 arp off');
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ serial: oneByOne, limit: 'n1,n2' }));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/batch 1 was looked at again: n1: .*the gateway 1\.2\.3\.1 does not answer/);
    expect(stderr).toMatch(/^changed {6}n1: /m);
    expect(stderr).toMatch(/^not started {2}n2: 1 host failed/m);
  });

  it('leaves a host of a later batch alone that changed after its plan was shown', async () => {
    // The first host is slow, and changes the second one meanwhile.
    fleet
      .host('n1')
      .sh(
        `printf '#!/bin/sh\\nnsenter -t ${fleet.host('n2').pid} -n -m sh -c "mkdir -p /etc/mlbroute; echo x >/etc/mlbroute/iptables.v4"\\nexec /usr/sbin/sysctl "$@"\\n' >/usr/local/sbin/sysctl; chmod 755 /usr/local/sbin/sysctl; echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter`,
      );
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ serial: oneByOne, limit: 'n1,n2' }));
    expect(stderr).toMatch(/^failed {7}n2: the host changed after its plan was shown$/m);
    expect(exitCode).toBe(1);
    expect(rulesOf('n2')).not.toContain('2011');
  });
});

describe('a question', () => {
  it('does not count as time of the run', async () => {
    const slowYes = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return true;
    };
    const options = fleet.pushOptions({ yes: false, limit: 'n1' });
    const began = performance.now();
    const { exitCode, stderr } = await fleet.run(push, options, { isInputTty: true, confirm: slowYes });
    const wholeSeconds = (performance.now() - began) / 1000;
    expect(exitCode).toBe(0);
    const [, seconds] = /^1 host in (\d+\.\d) s: 1 changed$/m.exec(stderr) ?? [];
    // Printed to a tenth.
    expect(Number(seconds)).toBeLessThanOrEqual(wholeSeconds - 1.5 + 0.1);
  });

  it('names the hosts that will be left out, and why', async () => {
    fleet.host('n1').sh('mount --bind /dev/null /usr/sbin/sshd');
    const asked: string[] = [];
    const confirm = async (question: string) => {
      asked.push(question);
      return false;
    };
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ yes: false }), {
      isInputTty: true,
      confirm,
    });
    fleet.host('n1').sh('umount /usr/sbin/sshd');
    expect(exitCode).toBe(130);
    expect(asked).toEqual([expect.stringMatching(/^Push to \d hosts, without the 1 in trouble\?$/)]);
    expect(stderr).toMatch(/\n\nunreachable {2}n1: .*\n\nNothing was changed\.\n$/);
  });

  it('that nobody can be asked is wrong usage', async () => {
    expect(await fleet.run(push, fleet.pushOptions({ yes: false, limit: 'n2' }))).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('Nothing was changed: without a terminal to ask on, say --yes.\n'),
    });
  });

  it('that is answered with no leaves no run to retry', async () => {
    const options = fleet.pushOptions({ yes: false });
    const io = { isInputTty: true, confirm: async () => false };
    expect(await fleet.run(push, options, io)).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('Nothing was changed.'),
    });
    const again = await fleet.run(push, fleet.pushOptions({ retry: 'last' }));
    expect(again).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'Nothing to retry: no push of this inventory is on record.\n',
    });
  });
});

describe('a retry', () => {
  it('pushes to the hosts that the last run left, until none is left', async () => {
    breakRules('n2');
    expect((await fleet.run(push, fleet.pushOptions())).exitCode).toBe(1);
    mendRules('n2');
    const retry = fleet.pushOptions({ retry: 'last' });
    const second = await fleet.run(push, retry);
    expect(second.stderr).toMatch(/^Retry of run [\w-]+: n2$/m);
    expect(second.stderr).toMatch(/^1 host in .*: 1 changed$/m);
    expect(second.exitCode).toBe(0);
    const third = await fleet.run(push, retry);
    expect(third).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^Nothing to retry: run [\w-]+ left no host unfinished\.$/m),
    });
  });

  it('knows an older run by its name, and says which there are', async () => {
    breakRules('n3');
    await fleet.run(push, fleet.pushOptions());
    await fleet.run(push, fleet.pushOptions({ limit: 'n1' }));
    const runs = readdirSync(join(fleet.directory, 'state/mlbroute/runs')).sort();
    const [first = ''] = runs.map((name) => name.replace('.ndjson', ''));
    mendRules('n3');
    const older = await fleet.run(push, fleet.pushOptions({ retry: first }));
    expect(older.stderr).toContain(`Retry of run ${first}: n3\n`);
    const unknown = await fleet.run(push, fleet.pushOptions({ retry: 'nobody' }));
    expect(unknown.exitCode).toBe(65);
    expect(unknown.stderr).toMatch(
      /error\[retry-unknown\]: no push nobody of this inventory is on record[\s\S]*hint: on record: /,
    );
    expect(unknown.stderr).toContain(first);
  });

  it('stays within the limit of the user', async () => {
    for (const name of ['n1', 'n2']) breakRules(name);
    await fleet.run(push, fleet.pushOptions());
    const { stderr } = await fleet.run(push, fleet.pushOptions({ retry: 'last', limit: 'n1,n3' }));
    expect(stderr).toMatch(/^Retry of run [\w-]+: n1$/m);
  });

  it('does not go on with what a rollback left', async () => {
    const directory = join(fleet.directory, 'state/mlbroute/runs');
    const run = {
      inventory: [fleet.inventory],
      hosts: [fleet.host('n1').connection.name],
      shard: null,
      at: new Date(),
    };
    await openJournal(directory, { command: 'rollback', ...run }, () => {});
    expect((await fleet.run(push, fleet.pushOptions({ retry: 'last' }))).stderr).toBe(
      'Nothing to retry: no push of this inventory is on record.\n',
    );
  });

  it('takes no notice of the runs of other inventories, nor of a journal that cannot be read', async () => {
    await fleet.run(push, fleet.pushOptions({ limit: 'n1' }));
    const other = join(fleet.directory, 'other.json');
    writeFileSync(other, readFileSync(fleet.inventory));
    const folder = join(fleet.directory, 'state/mlbroute/runs');
    writeFileSync(join(folder, '99999999T000000-ffffff.ndjson'), 'broken');
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ inventory: [other], retry: 'last' }));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: the journal .*ffffff\.ndjson is skipped: it is damaged$/m);
    expect(stderr).toMatch(/^Nothing to retry: no push of this inventory is on record\.$/m);
  });
});
