import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import { type Lab, nodeOf } from '../../src/lab/lab-state.ts';
import { closeShared, exec } from '../../src/lab/node-shell.ts';
import { waitForGreeting, waitForServices } from '../../src/lab/readiness.ts';
import { bootId } from '../../src/lab/reboot.ts';
import { ubuntuLike } from '../../src/lab/up.ts';
import { publicNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';

let lab: Lab;
let inventory: string;

beforeAll(async () => {
  // Both are hosts where a push does the most: networkd must be kept off, other interfaces' rp_filter pinned.
  const broad = { ...ubuntuLike, '/etc/systemd/network/50-all.network': '[Match]\nName=eth*\n\n[Network]\nDHCP=yes\n' };
  lab = await bootLab({ nodes: 2, files: { n1: broad, n2: broad } });
  inventory = await writeInventory(lab, 'both', { networks: [publicNetwork, segmentNetwork] });
});
afterAll(async () => {
  await downLab(lab.dir);
});

/** What a push leaves on a node beside the state itself; units that do nothing are gone at the latest when systemd starts again. */
const remainsOf = (node: string) =>
  onNode(
    lab,
    node,
    `ls -A /var/lib/mlbroute /var/lib/mlbroute/transactions; systemctl --no-legend list-units 'mlbroute*'`,
  );
const noRemains = '/var/lib/mlbroute:\nlast\ntransactions\n\n/var/lib/mlbroute/transactions:';

/** Waits until a node that is going down is up again. */
async function waitForBootAfter(node: string, before: string): Promise<void> {
  const endMs = performance.now() + 300_000;
  while (performance.now() < endMs) {
    await waitForGreeting(lab, nodeOf(lab, node), 300_000);
    const now = await bootId(lab, node).catch(() => before);
    if (now !== before) return waitForServices(lab, nodeOf(lab, node));
    await sleep(500);
  }
  throw new Error(`${node} did not boot again`);
}

/** From the moment a push makes its VLAN nobody can open a connection to the node's sshd, until the push is over there. */
async function lockOutAfterChange(node: string): Promise<void> {
  const noWayIn = '-p tcp --dport 22 --syn -j DROP';
  await onNode(
    lab,
    node,
    `setsid sh -c '
      until [ -e /sys/class/net/eth0.100 ]; do sleep 0.1; done; iptables -w 5 -I INPUT ${noWayIn}; touch /run/was-locked
      while [ -h /var/lib/mlbroute/pending ]; do sleep 0.2; done; iptables -w 5 -D INPUT ${noWayIn}
    ' </dev/null >/dev/null 2>&1 &`,
  );
}

describe('a node that nobody can log in to any more after a change', () => {
  it('puts everything back by itself when the time is over, and the push says so', async () => {
    const before = await stateOf(lab, 'n1');
    await lockOutAfterChange('n1');
    const { exitCode, stderr } = await pushTo(inventory, { limit: 'n1', confirmTimeoutS: 10 });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^reverted +n1: /m);
    expect(await onNode(lab, 'n1', 'ls /run/was-locked; head -n 1 /var/lib/mlbroute/last | cut -d" " -f2')).toBe(
      '/run/was-locked\nreverted',
    );
    expect(await stateOf(lab, 'n1')).toBe(before);
    expect(await remainsOf('n1')).toBe(noRemains);
  });
});

describe('a node that goes down while a push waits for its confirmation', () => {
  it('comes up as it was before the push, and the push says so', async () => {
    const before = await stateOf(lab, 'n2');
    const boot = await bootId(lab, 'n2');
    await lockOutAfterChange('n2');
    const pushing = pushTo(inventory, { limit: 'n2', confirmTimeoutS: 120 });
    // The first connection ends when everything is applied.
    await onNode(lab, 'n2', 'until [ -e /run/was-locked ] && ! pgrep -u admin -x sshd >/dev/null; do sleep 0.2; done');
    const changed = await stateOf(lab, 'n2');
    // No unit is stopped: as if the power had gone.
    await exec(lab, 'n2', 'setsid reboot -ff </dev/null >/dev/null 2>&1 &');
    await closeShared(lab, 'n2');
    await waitForBootAfter('n2', boot);
    const { exitCode, stderr } = await pushing;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^reverted +n2: /m);
    expect(await onNode(lab, 'n2', 'head -n 1 /var/lib/mlbroute/last | cut -d" " -f2')).toBe('reverted');
    expect(changed).toMatch(/05-mlbroute-eth0\.100[\s\S]*lookup 7100[\s\S]*MLBROUTE-PREROUTING/);
    expect(await stateOf(lab, 'n2')).toBe(before);
    expect(await remainsOf('n2')).toBe(noRemains);
  });
});

describe('after it was put back', () => {
  it('a node takes the same push and keeps it', async () => {
    const { exitCode, stderr } = await pushTo(inventory);
    expect(exitCode, stderr).toBe(0);
    const audited = await auditOf(inventory);
    expect(audited.exitCode, audited.stdout).toBe(0);
  });
});

describe('one more VLAN before the next boot, on a node where a broad .network file would take it', () => {
  it('is refused, since the reload of networkd it needs would load the first one over the running node; nothing is touched', async () => {
    const more = await writeInventory(lab, 'more', { networks: [publicNetwork, segmentNetwork, secondNetwork] });
    const before = await stateOf(lab, 'n1');
    const { exitCode, stderr } = await pushTo(more, { limit: 'n1' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^failed +n1: .*eth0\.200.*what changed since it started: .*10-eth0\.network\.d\/50-mlbroute\.conf.*narrow the \[Match\]/m,
    );
    expect(await stateOf(lab, 'n1')).toBe(before);
  });

  it('is made after a boot that a playbook asks for, in the same push', async () => {
    const more = await writeInventory(lab, 'more', { networks: [publicNetwork, segmentNetwork, secondNetwork] });
    const playbook = join(lab.dir, 'reboot.yaml');
    await writeFile(playbook, '- hosts: n1\n  tasks:\n    - reboot: { timeout: 120 }\n    - metallb_l2:\n');
    const boot = await bootId(lab, 'n1');
    const { exitCode, stderr } = await pushTo(more, { limit: 'n1', playbook });
    expect(exitCode, stderr).toBe(0);
    await closeShared(lab, 'n1');
    expect(await bootId(lab, 'n1')).not.toBe(boot);
    expect(await stateOf(lab, 'n1')).toContain('eth0.200');
    const audited = await auditOf(more, { limit: 'n1' });
    expect(audited.exitCode, audited.stdout).toBe(0);
  });
});
