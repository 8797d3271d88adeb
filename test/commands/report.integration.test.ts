import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { verify } from '../../src/commands/verify.ts';
import type { ReportFile } from '../../src/domain/report-file.ts';
import type { HostReport, RunReport } from '../../src/report/run-report.ts';
import { buildProgram, type Fleet, markNetwork, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(() => {
  buildProgram();
  fleet = startFleet(3);
}, 120_000);
afterAll(() => fleet.stop());

const folder = () => join(fleet.directory, 'reports');
const file = (name: string): ReportFile => {
  mkdirSync(folder(), { recursive: true });
  return { path: join(folder(), `${name}.json`), format: 'json' };
};
const read = (name: string): RunReport => JSON.parse(readFileSync(file(name).path, 'utf8'));
const statuses = ({ hosts }: RunReport) => Object.fromEntries(hosts.map((host) => [host.host, tell(host)]));
const tell = ({ outcome, findings, plan: due }: HostReport) =>
  outcome?.status ??
  (findings === null
    ? `${(due?.files.length ?? 0) > 0 ? 'some' : 'no'} files due`
    : findings.map(({ code }) => code).join());
const isPending = (name: string) => fleet.host(name).sh('readlink /var/lib/mlbroute/pending || true').trim() !== '';

// One story: each step finds the hosts as the one before left them.
it('a run is reported in its files, however it ends', { retry: 0, timeout: 240_000 }, async () => {
  fleet.describe({ networks: [markNetwork], bgp_password: 'one-Secret' });

  // A report that could not be written stops everything before a host is asked.
  const nowhere = { path: join(folder(), 'no/such/report.json'), format: 'json' } as const;
  const refused = await fleet.run(push, fleet.pushOptions({ report: [file('refused'), nowhere] }));
  expect(refused.exitCode).toBe(65);
  expect(refused.stderr).toBe(
    `error[report-unwritable]: --report ${nowhere.path}: there is no folder ${join(folder(), 'no/such')}\n` +
      '      hint: nothing was done; name a file in a folder that is there and may be written to\n1 error\n',
  );
  expect(fleet.host('n1').sh('ls -A /var/lib/mlbroute 2>/dev/null || true')).toBe('');

  const planned = await fleet.run(plan, fleet.planOptions({ report: [file('plan')] }));
  expect(planned.exitCode, planned.stderr).toBe(2);
  const [first] = read('plan').hosts;
  expect(statuses(read('plan'))).toEqual({ n1: 'some files due', n2: 'some files due', n3: 'some files due' });
  expect(first?.plan?.files[0]?.diff).toMatch(/^\+/m);
  expect(first?.plan?.runtime.flatMap(({ commands }) => commands)).toContainEqual(
    expect.stringMatching(/^ip .*rule add/),
  );

  const declined = await fleet.run(push, fleet.pushOptions({ yes: false, report: [file('declined')] }), {
    isInputTty: true,
    confirm: () => Promise.resolve(false),
  });
  expect(declined.exitCode).toBe(130);
  expect(read('declined').hosts.map(({ outcome }) => outcome)).toEqual(
    Array(3).fill({ status: 'not-started', because: 'nobody agreed to the plan' }),
  );

  // One goes well, one is put back, and one is not reached.
  fleet
    .host('n2')
    .sh(
      `printf '#!/bin/sh\\ncase "$*" in *"rule add"*fwmark*) echo no luck, one-Secret >&2; exit 2 ;; esac\\nexec /usr/sbin/ip "$@"\\n' >/usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`,
    );
  fleet.host('n3').sh('mount --bind /bin/false /usr/sbin/sshd');
  const names = ['xml', 'sarif'] as const;
  const others = names.map((format): ReportFile => ({ path: join(folder(), `push.${format}`), format }));
  const pushed = await fleet.run(push, fleet.pushOptions({ report: [file('push'), ...others] }));
  expect(pushed.exitCode).toBe(1);
  expect(statuses(read('push'))).toEqual({ n1: 'changed', n2: 'reverted', n3: 'unreachable' });
  const [n1] = read('push').hosts;
  expect(Object.keys(n1?.phasesMs ?? {})).toEqual(['connect', 'observe', 'plan', 'apply', 'verify', 'confirm']);
  expect(n1?.plan?.files).toHaveLength(first?.plan?.files.length ?? 0);
  const [xml = '', sarif = ''] = others.map(({ path }) => readFileSync(path, 'utf8'));
  expect(xml).toContain('tests="3" failures="1"');
  expect(JSON.parse(sarif).runs[0].results).toHaveLength(2);
  for (const name of readdirSync(folder())) {
    const text = readFileSync(join(folder(), name), 'utf8');
    expect(text.includes('one-Secret'), name).toBe(false);
    expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
  }
  expect(xml).toContain('no luck, ********');

  // The look at hosts that is interrupted: what is known by then.
  fleet.host('n3').sh('umount /usr/sbin/sshd');
  fleet
    .host('n2')
    .sh(
      `printf '#!/bin/sh\\ntouch /run/looked; exec sleep 60\\n' >/run/deaf; chmod 755 /run/deaf; mount --bind /run/deaf /usr/sbin/sshd`,
    );
  const look = fleet.start(['audit', '-i', fleet.inventory, '--report', file('looking').path]);
  for (let tries = 0; fleet.host('n2').sh('[ -e /run/looked ] || echo no') !== ''; tries++) {
    if (tries > 300) throw new Error('n2 was never looked at');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  look.process.kill('SIGTERM');
  const looked = await look.ended;
  expect(looked.exitCode).toBe(130);
  expect(looked.stderr).toContain('SIGTERM: stopped. Nothing was changed.');
  expect(read('looking').hosts).toHaveLength(3);
  expect(statuses(read('looking')).n2).toBe('not-started');

  // A push that is interrupted twice: its report is there, and says what is left.
  fleet
    .host('n2')
    .sh(
      `umount /usr/sbin/sshd; printf '#!/bin/sh\\ncase "$*" in *"rule add"*) sleep 3;; esac\\nexec /usr/sbin/ip "$@"\\n' >/usr/local/sbin/ip`,
    );
  const program = fleet.start(['push', '-y', '-i', fleet.inventory, '-l', 'n1,n2', '--report', file('cut').path]);
  for (let tries = 0; !isPending('n2'); tries++) {
    if (tries > 300) throw new Error(`n2 never had a transaction: ${program.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  program.process.kill('SIGINT');
  await program.saidSo('Once more stops now.');
  program.process.kill('SIGINT');
  expect((await program.ended).exitCode).toBe(130);
  expect(statuses(read('cut'))).toEqual({ n1: 'unchanged', n2: 'unknown' });
  expect(read('cut').hosts[1]?.outcome).toMatchObject({ revertsWithinMs: 60_000 });
  expect(read('cut').hosts[1]?.plan?.files).not.toEqual([]);

  const options = fleet.planOptions({ limit: 'n1', report: [file('audit')] });
  fleet.host('n1').sh('ip rule delete priority 2011');
  const audited = await fleet.run(audit, options);
  expect(audited.exitCode, audited.stderr).toBe(2);
  expect(statuses(read('audit'))).toEqual({ n1: 'missing' });

  const endpoint = { address: '127.0.0.1', port: 9 } as never;
  const verified = await fleet.run(verify, { ...options, report: [file('verify')], fromHere: [endpoint] });
  expect(verified.exitCode, verified.stderr).toBe(2);
  expect(read('verify').fromHere).toEqual([{ endpoint: '127.0.0.1:9', trouble: expect.stringContaining('refused') }]);
  expect(read('verify').hosts[0]?.findings).not.toEqual([]);
  expect(existsSync(file('refused').path)).toBe(false);
  expect(readdirSync(folder()).filter((name) => name.endsWith('.new'))).toEqual([]);
});
