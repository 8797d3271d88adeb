import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { carryOut } from '../../../src/deploy/carry-out.ts';
import { hasNothingToDo, look } from '../../../src/deploy/look.ts';
import type { HostPlan } from '../../../src/domain/change.ts';
import { buildProgram, markNetwork } from '../../commands/fleet.ts';
import { deploymentOf, surroundingsOf } from '../deploying.ts';
import { sampleFiles, sampleState } from '../sample-state.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { titleOf } from './fault-table.ts';
import { changeOf, expectEnd, pushWell, tell, wholeStateOf } from './faulted-push.ts';

let node: FaultNode;
let directory: string;

beforeAll(buildProgram, 120_000);
beforeEach(async () => {
  node = await startFaultNode();
  directory = mkdtempSync(join(tmpdir(), 'mlbroute-controllers-'));
  await pushWell(node, deploymentOf(node, sampleState, sampleFiles));
});
afterEach(() => {
  node.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function seenBy(alter?: (plan: HostPlan) => HostPlan) {
  const seen = await look(changeOf(node, alter), 'change', surroundingsOf(node.connect));
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  return seen;
}

const withSlowStep = (plan: HostPlan): HostPlan => ({
  ...plan,
  runtime: plan.runtime.map((change, i) =>
    i === 0 ? { ...change, apply: [...change.apply, { argv: ['sleep', '2'], why: 'slow', stdin: null }] } : change,
  ),
});

const transactionOf = (owner: string) => ({ id: `of-${owner}`, owner, confirmWithinS: 20 });

describe('more than one controller', { timeout: 100_000 }, () => {
  it(titleOf('two-controllers'), async () => {
    const [one, other] = [await seenBy(withSlowStep), await seenBy(withSlowStep)];
    const outcomes = await Promise.all([
      carryOut(one, transactionOf('one'), surroundingsOf(node.connect)),
      carryOut(other, transactionOf('other'), surroundingsOf(node.connect)),
    ]);
    const statuses = outcomes.map(({ status }) => status);
    expect([...statuses].sort()).toEqual(['changed', 'failed']);
    const winner = statuses[0] === 'changed' ? 'one' : 'other';
    expect(outcomes.find(({ status }) => status === 'failed')).toEqual({
      status: 'failed',
      because: { kind: 'locked', message: `another push is under way here: ${winner}` },
    });
    expect(hasNothingToDo(await seenBy())).toBe(true);
    tell('two-controllers', statuses);
  });

  it(titleOf('two-controllers-between'), async () => {
    // Whoever is slow makes its folder after the other has the lock and has swept away what lay there.
    const until = 'until [ -e /var/lib/mlbroute/pending/progress ]; do sleep 0.05; done';
    node.sh(
      `printf '#!/bin/sh\\ncase "$*" in *of-slow*) : >/run/slow; ${until} ;; esac\\nexec /usr/bin/mkdir "$@"\\n' >/usr/local/sbin/mkdir; chmod 755 /usr/local/sbin/mkdir`,
    );
    const [slow, quick] = [await seenBy(), await seenBy(withSlowStep)];
    const ofSlow = carryOut(slow, transactionOf('slow'), surroundingsOf(node.connect));
    await vi.waitFor(() => node.sh('test -e /run/slow'), { timeout: 20_000, interval: 50 });
    const ofQuick = await carryOut(quick, transactionOf('quick'), surroundingsOf(node.connect));
    expect(ofQuick).toMatchObject({ status: 'changed' });
    expect(await ofSlow).toEqual({
      status: 'failed',
      because: { kind: 'locked', message: 'another push is under way here: quick' },
    });
    node.sh('rm /usr/local/sbin/mkdir');
    expect(hasNothingToDo(await seenBy())).toBe(true);
    tell('two-controllers-between', [ofQuick.status, 'failed']);
  });

  it(titleOf('two-controllers-late'), async () => {
    await pushWell(node, changeOf(node));
    node.sh('ip rule delete priority 2012');
    const [one, other] = [await seenBy(), await seenBy()];
    expect(one.prepared.plan.files).toEqual([]);
    expect(await carryOut(one, transactionOf('early'), surroundingsOf(node.connect))).toMatchObject({
      status: 'changed',
    });
    const left = wholeStateOf(node);
    const outcome = await carryOut(other, transactionOf('late'), surroundingsOf(node.connect));
    expect(outcome).toMatchObject({
      status: 'failed',
      because: { kind: 'stale', message: expect.stringContaining('another push was confirmed') },
    });
    expect(wholeStateOf(node)).toBe(left);
    tell('two-controllers-late', [outcome.status]);
  });

  it(titleOf('controller-killed'), async () => {
    const inventory = join(directory, 'inventory.json');
    const vars = {
      ansible_user: 'root',
      ansible_host: '192.168.1.11',
      ansible_ssh_private_key_file: node.keyFile,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${node.knownHostsFile} -o "ProxyCommand=${node.proxyCommand}"`,
      pod_cidrs: ['10.112.0.0/12'],
      networks: [markNetwork],
    };
    writeFileSync(inventory, JSON.stringify({ all: { vars, hosts: { node1: {} } } }));
    const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
    const start = () => {
      const args = [cli, 'push', '-i', inventory, '--yes', '--confirm-timeout', '10'];
      const env = { ...process.env, XDG_STATE_HOME: directory };
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
      return {
        child,
        ended: new Promise<string>((resolve) => child.once('close', (code) => resolve(`exit ${code}\n${said}`))),
      };
    };
    const before = wholeStateOf(node);
    // Rules come slowly, so that it is hit in the middle.
    node.sh(
      `printf '#!/bin/sh\\ncase "$*" in *"rule add"*) sleep 2 ;; esac\\nexec /usr/sbin/ip "$@"\\n' >/usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`,
    );
    const push = start();
    for (let waited = 0; !node.sh('cat /var/lib/mlbroute/pending/progress 2>/dev/null || true').trim(); waited += 50) {
      if (waited > 30_000) throw new Error('the push never came to its steps');
      await sleep(50);
    }
    push.child.kill('SIGKILL');
    await push.ended;
    expect(await start().ended).toMatch(
      /^exit 1\n[\s\S]*another push is under way here: .*; unconfirmed, it reverts in \d+ s/,
    );
    await expectEnd(node, before, { confirmWithinS: 10 + 6, where: 'controller-killed' });
    expect(await start().ended).toMatch(/^exit 0\n/);
    tell('controller-killed', []);
  });
});
