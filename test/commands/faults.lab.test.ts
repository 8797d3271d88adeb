import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import { type RemoveOptions, remove } from '../../src/commands/remove.ts';
import { rollback } from '../../src/commands/rollback.ts';
import { downLab } from '../../src/lab/down.ts';
import { type Lab, nodeOf } from '../../src/lab/lab-state.ts';
import { consoleLog } from '../../src/lab/machines.ts';
import { closeShared } from '../../src/lab/node-shell.ts';
import { waitForGreeting, waitForServices } from '../../src/lab/readiness.ts';
import { bootId } from '../../src/lab/reboot.ts';
import { ubuntuLike } from '../../src/lab/up.ts';
import { rowOf, titleOf } from '../deploy/faults/fault-table.ts';
import { publicNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';
import { type Ran, run } from './test-io.ts';

let lab: Lab;
let first: string;
let second: string;

const nodes = ['n1', 'n2'];
const statesOf = async () => new Map(await Promise.all(nodes.map(async (n) => [n, await stateOf(lab, n)] as const)));

beforeAll(async () => {
  lab = await bootLab({ nodes: 2, files: { n2: ubuntuLike } });
  first = await writeInventory(lab, 'first', { networks: [publicNetwork, segmentNetwork] });
  const moved = { ...publicNetwork, pools: ['1.2.3.0/25'], table: 4711 };
  second = await writeInventory(lab, 'second', { networks: [moved, secondNetwork] });
});
afterAll(async () => {
  await downLab(lab.dir);
});

const rollout: Omit<RemoveOptions, 'inventory'> = {
  ...{ limit: null, forks: 50, acceptNew: false, askBecomePass: false, output: 'text', progress: true },
  ...{ yes: true, check: false, diff: false, confirmTimeoutS: 60, serial: [], maxFail: null },
};

async function succeed<Options>(
  command: (options: Options, io: Io) => Promise<number>,
  options: Options,
): Promise<Ran> {
  const ran = await run(command, options);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran;
}

/** All of /etc with modes, owners and sums; what mlbroute keeps for itself; the kernel as its own tools print it. */
const everythingOf = (node: string) =>
  onNode(
    lab,
    node,
    `find /etc -printf '%p %y %m %u %g %l\\n' | sort; find /etc -type f -exec sha256sum {} + | sort -k 2
    ls -d /var/lib/mlbroute /run/systemd/network/* 2>/dev/null
    ip -j -d link show | sed 's/"num_[a-z_]*":[0-9]*,//g'; ip -j route show table all; ip -j rule show
    iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'; grep -H . /proc/sys/net/ipv4/conf/*/rp_filter`,
  );

describe('earlier states', () => {
  it('come back by rollback exactly as they were, and by remove as before the first push', async () => {
    const before = await Promise.all(nodes.map(everythingOf));
    expect((await pushTo(first)).exitCode).toBe(0);
    const one = await statesOf();
    expect((await pushTo(second)).exitCode).toBe(0);
    const two = await statesOf();
    expect(two.get('n1')).not.toBe(one.get('n1'));
    await succeed(rollback, { ...rollout, inventory: [second], to: null });
    expect(await statesOf()).toEqual(one);
    await succeed(rollback, { ...rollout, inventory: [second], to: 2 });
    expect(await statesOf()).toEqual(two);
    await succeed(remove, { ...rollout, inventory: [second] });
    expect(await Promise.all(nodes.map(everythingOf))).toEqual(before);
  });
});

/** Ends the machine as a power cut does: what its kernel has not written to the disk is gone. Its supervisor boots it again. */
async function cutPower(node: string): Promise<void> {
  const daemon = lab.daemons.find(({ name }) => name === node);
  const [supervisor = 0] = childrenOf(daemon?.pid ?? 0);
  const [kernel = 0] = childrenOf(supervisor);
  if (!readFileSync(`/proc/${kernel}/comm`, 'utf8').startsWith('linux')) throw new Error(`${node} has no kernel`);
  const parts = [kernel, ...childrenOf(kernel)];
  // Held until all parts of the old kernel are gone, or the new one finds the disk locked.
  process.kill(supervisor, 'SIGSTOP');
  for (const pid of parts) endProcess(pid);
  while (parts.some((pid) => isAlive(pid))) await sleep(10);
  // It takes a machine that ended for one that was switched off, but for this word on its console. Its own last word overwrites some of it.
  appendFileSync(consoleLog(lab, node), `${'\n'.repeat(80)}Restarting system\n`);
  process.kill(supervisor, 'SIGCONT');
  await closeShared(lab, node);
}

function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** A dead one that the supervisor has not waited for yet does not count. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

async function waitForBootAfter(node: string, before: string): Promise<void> {
  const endMs = performance.now() + 300_000;
  while (performance.now() < endMs) {
    await waitForGreeting(lab, nodeOf(lab, node), 300_000);
    const now = await bootId(lab, node).catch(() => before);
    if (now !== before) return waitForServices(lab, nodeOf(lab, node));
    await sleep(500);
  }
  process.stderr.write(readFileSync(consoleLog(lab, node), 'utf8'));
  throw new Error(`${node} did not boot again`);
}

describe('a power cut', () => {
  it(titleOf('power-cut'), async () => {
    // What the node looks like after a boot in each of the two states.
    expect((await pushTo(first, { limit: 'n1' })).exitCode).toBe(0);
    const boot = await bootId(lab, 'n1');
    await onNode(lab, 'n1', 'sync');
    await cutPower('n1');
    await waitForBootAfter('n1', boot);
    const before = await stateOf(lab, 'n1');
    const said: string[] = [];
    for (const moment of ['staged', 'written', 'applied']) {
      // Told by what the node itself shows; the rest of the moment is chance.
      const sign = {
        staged: 'test -e /var/lib/mlbroute/pending/undo/1',
        written: 'test -s /var/lib/mlbroute/pending/written',
        applied: 'test "$(tail -n 1 /var/lib/mlbroute/pending/progress 2>/dev/null || echo 0)" -ge 5',
      }[moment];
      const beforeCut = await bootId(lab, 'n1');
      const seen = onNode(lab, 'n1', `for i in $(seq 2000); do if ${sign}; then exit 0; fi; sleep 0.02; done; exit 1`);
      const pushing = pushTo(second, { limit: 'n1', confirmTimeoutS: 60 });
      const early = pushing.then(({ stderr }) => {
        throw new Error(`the push ended before it was ${moment}: ${stderr}`);
      });
      await Promise.race([seen, early]);
      early.catch(() => {});
      await sleep(Math.random() * 150);
      await cutPower('n1');
      await waitForBootAfter('n1', beforeCut);
      const { exitCode, stderr } = await pushing;
      const status =
        /^(changed|reverted|unknown|unreachable|failed|stranded) /m.exec(stderr)?.[1] ?? `exit ${exitCode}`;
      said.push(status);
      expect(rowOf('power-cut').says, stderr).toContain(status);
      const left = await onNode(
        lab,
        'n1',
        `find /var/lib/mlbroute/transactions -mindepth 1; ls -d /var/lib/mlbroute/pending /etc/systemd/system/mlbroute-revert.service 2>/dev/null || true`,
      );
      if (left !== '')
        process.stderr.write(
          await onNode(
            lab,
            'n1',
            'cat /var/lib/mlbroute/last; uptime; journalctl -b --no-pager -o short-monotonic -u "mlbroute*"; ls -la --time-style=full-iso /var/lib/mlbroute/* ',
          ),
        );
      expect(left, moment).toBe('');
      if (status !== 'changed') expect(await stateOf(lab, 'n1'), `${moment}: ${stderr}`).toBe(before);
      else {
        const audited = await auditOf(second, { limit: 'n1' });
        expect(audited.exitCode, audited.stdout).toBe(0);
        await succeed(rollback, { ...rollout, inventory: [second], limit: 'n1', to: null });
      }
    }
    process.stderr.write(`${titleOf('power-cut')}: ${said.join(', ')}\n`);
  });
});

describe('a clock that jumps', () => {
  it(titleOf('clock-jump'), async () => {
    const before = await stateOf(lab, 'n2');
    const noWayIn = '-p tcp --dport 22 --syn -j DROP';
    await onNode(
      lab,
      'n2',
      `setsid sh -c '
        until [ -e /sys/class/net/eth0.100 ]; do sleep 0.1; done; iptables -w 5 -I INPUT ${noWayIn}
        date -s "+1 day" >/run/jumped; read up _ </proc/uptime; echo "\${up%%.*}" >/run/began
        sleep 4; date -s "-2 days"; sleep 1; date -s "+1 day"
        while [ -h /var/lib/mlbroute/pending ]; do sleep 0.2; done; read up _ </proc/uptime; echo "\${up%%.*}" >/run/ended
        iptables -w 5 -D INPUT ${noWayIn}
      ' </dev/null >/dev/null 2>&1 &`,
    );
    const { exitCode, stderr } = await pushTo(first, { limit: 'n2', confirmTimeoutS: 15 });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^reverted +n2: /m);
    const [began = 0, ended = 0] = (await onNode(lab, 'n2', 'cat /run/began /run/ended')).split('\n').map(Number);
    expect(ended - began).toBeGreaterThan(10);
    expect(ended - began).toBeLessThan(120);
    expect(await stateOf(lab, 'n2')).toBe(before);
    process.stderr.write(`${titleOf('clock-jump')}: reverted after ${ended - began} s\n`);
  });
});
