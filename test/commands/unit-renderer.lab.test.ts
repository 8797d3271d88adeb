import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { dualNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, kernelOf, onNode, stateOf, takeNetworkdAway } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';

/** One node whose network is brought up as ifupdown does: by networking.service, without networkd. Each test goes on from the one before. */
let lab: Lab;
let inventory: string;
let pristine: string;
let pushed: string;

const print = (line: string) => process.stderr.write(`${line}\n`);

beforeAll(async () => {
  lab = await bootLab({ nodes: 1 });
  await takeNetworkdAway(lab, 'n1');
  await rebootNodes(lab, ['n1'], print);
  const second = { ...secondNetwork, address: '5.6.7.201/24', neighbor: '52:54:00:ab:cd:ef' };
  inventory = await writeInventory(lab, 'unit', { networks: [dualNetwork, second, segmentNetwork] });
  pristine = await stateOf(lab, 'n1');
});
afterAll(async () => {
  await downLab(lab.dir);
});

describe('a node without networkd', () => {
  it('is pushed to, and needs nothing a second time', async () => {
    const { exitCode, stderr } = await pushTo(inventory);
    expect(exitCode, stderr).toBe(0);
    expect((await pushTo(inventory)).stderr).toContain('1 unchanged');
    pushed = await kernelOf(lab, 'n1');
  });

  it('has the very same kernel state after a reboot, and nothing for the audit', async () => {
    await rebootNodes(lab, ['n1'], print);
    expect(await onNode(lab, 'n1', 'systemctl is-active systemd-networkd; systemctl --failed --no-legend; true')).toBe(
      'inactive',
    );
    expect(await kernelOf(lab, 'n1')).toBe(pushed);
    const { exitCode, stdout } = await auditOf(inventory);
    expect(exitCode, stdout).toBe(0);
  });

  it('has it again after a start of what brings the network up, also where nobody asks every few seconds', async () => {
    await onNode(
      lab,
      'n1',
      'systemctl stop mlbroute-routing.timer; ip link delete eth0.100; ip rule delete priority 2011',
    );
    const { exitCode, stdout } = await auditOf(inventory);
    expect(exitCode, stdout).toBe(2);
    // Of IPv4 the rule is gone as well.
    expect(stdout).toMatch(/empty-table +running +IPv6 table 7100/);
    expect(stdout).toMatch(/differs +running +mlbroute-routing.timer runs/);
    // The rules are the last that the unit brings.
    await onNode(
      lab,
      'n1',
      'systemctl restart networking.service; until ip rule | grep -q ^2011: ; do sleep 0.2; done',
    );
    expect((await auditOf(inventory)).stdout).not.toContain('missing');
    expect((await pushTo(inventory)).exitCode).toBe(0);
  });

  it('has back by the timer what a link that went down took along, without a word in the journal', async () => {
    await onNode(lab, 'n1', 'date +%s >/run/began; ip link set eth0.100 down; ip link set eth0.100 up');
    await onNode(
      lab,
      'n1',
      'for i in $(seq 60); do ip route show table 7100 | grep -q default && exit; sleep 1; done; exit 1',
    );
    expect((await auditOf(inventory)).exitCode).toBe(0);
    expect(
      await onNode(lab, 'n1', 'journalctl -q --no-pager --since @$(cat /run/began) -u mlbroute-routing.service'),
    ).toBe('');
  });

  it('is as before the first push when nothing is wanted any more', async () => {
    const path = await writeInventory(lab, 'none', { networks: [] });
    const { exitCode, stderr } = await pushTo(path);
    expect(exitCode, stderr).toBe(0);
    const withoutFolders = (state: string) => state.replaceAll(/^d .*\n/gm, '');
    expect(withoutFolders(await stateOf(lab, 'n1'))).toBe(withoutFolders(pristine));
  });
});
