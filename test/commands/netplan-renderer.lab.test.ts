import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeBystanders } from '../../src/lab/bystanders.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { dualNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, giveToNetplan, kernelOf, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';

/** One node whose network card netplan configures, by another name than the kernel's. Each test goes on from the one before. */
let lab: Lab;
let inventory: string;
let pristine: string;
let pushed: string;

const print = (line: string) => process.stderr.write(`${line}\n`);
/** The state of the node, and which files networkd would take for others than those it has read. */
const exactly = async () =>
  `${await stateOf(lab, 'n1')}\n${await onNode(lab, 'n1', 'ls -lin --full-time /run/systemd/network')}`;
const networks = (mtu: number) => [
  dualNetwork,
  {
    ...secondNetwork,
    link: { parent: 'eth0', vlan: 200, mtu },
    ...{ address: '5.6.7.201/24', neighbor: '52:54:00:ab:cd:ef' },
  },
  { ...segmentNetwork },
];
/** Runs a script on the node as soon as a push has had netplan make its files. */
const onceGenerated = (script: string) =>
  onNode(lab, 'n1', `until [ -e /run/mlbroute-netplan ]; do sleep 0.1; done; ${script}`);

beforeAll(async () => {
  lab = await bootLab({ nodes: 1 });
  await giveToNetplan(lab, 'n1', 'uplink');
  await rebootNodes(lab, ['n1'], print);
  inventory = await writeInventory(lab, 'netplan', { renderer: 'netplan', networks: networks(1400) });
  pristine = await stateOf(lab, 'n1');
});
afterAll(async () => {
  await downLab(lab.dir);
});

describe('a node of netplan’s', () => {
  it('is as before after a restart in the middle of a push, though netplan’s generator comes before the undo', async () => {
    const [{ exitCode, stderr }] = await Promise.all([
      pushTo(inventory),
      onceGenerated('nohup systemctl reboot --force >/dev/null 2>&1 &'),
    ]);
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('1 reverted');
    await onNode(lab, 'n1', 'systemctl is-system-running --wait >/dev/null; true');
    expect(await stateOf(lab, 'n1')).toBe(pristine);
  });

  it('is pushed to with nothing of others gone for a moment, and needs nothing a second time', async () => {
    const bystanders = await placeBystanders(lab);
    const { exitCode, stderr } = await pushTo(inventory);
    const harm = await bystanders.check();
    expect({ exitCode, harm }, stderr).toEqual({ exitCode: 0, harm: [] });
    await onNode(lab, 'n1', 'ip rule delete priority 1200; ip route delete 10.98.0.0/16');
    expect((await pushTo(inventory)).stderr).toContain('1 unchanged');
    const { exitCode: audited, stdout } = await auditOf(inventory);
    expect(audited, stdout).toBe(0);
    expect(stdout).not.toContain('reboot');
    pushed = await kernelOf(lab, 'n1');
  });

  it('has the very same kernel state after a reboot, by netplan’s files, and nothing for the audit or another push', async () => {
    const made = await onNode(lab, 'n1', 'cd /run/systemd/network && grep "" *');
    await rebootNodes(lab, ['n1'], print);
    expect(await kernelOf(lab, 'n1')).toBe(pushed);
    expect(await onNode(lab, 'n1', 'cd /run/systemd/network && grep "" *')).toBe(made);
    expect(await onNode(lab, 'n1', 'networkctl status eth0.100 | grep "Network File"')).toMatch(
      /: \/run\/systemd\/network\/10-netplan-eth0\.100\.network$/,
    );
    const { exitCode, stdout } = await auditOf(inventory);
    expect(exitCode, stdout).toBe(0);
    expect((await pushTo(inventory)).stderr).toContain('1 unchanged');
  });

  it('is as before, and for networkd too, when a push is taken back', async () => {
    const other = await writeInventory(lab, 'other', { renderer: 'netplan', networks: networks(1300) });
    const before = await exactly();
    const [{ exitCode, stderr }] = await Promise.all([
      pushTo(other),
      onceGenerated('sh /var/lib/mlbroute/pending/transaction revert'),
    ]);
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('1 reverted');
    expect(await exactly()).toBe(before);
  });

  it('is not pushed to with files that netplan cannot read, which the audit tells of, too', async () => {
    const other = await writeInventory(lab, 'other', { renderer: 'netplan', networks: networks(1300) });
    await onNode(
      lab,
      'n1',
      "printf 'network: {vlans: {x: {id: 7, link: nowhere}}}' >/etc/netplan/95-broken.yaml; chmod 600 /etc/netplan/95-broken.yaml",
    );
    const before = await exactly();
    const { exitCode, stderr } = await pushTo(other);
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toMatch(/\/etc\/netplan\/95-broken\.yaml.*interface 'nowhere' is not defined/);
    expect(await exactly()).toBe(before);
    expect((await auditOf(inventory)).stdout).toMatch(/not-boot-safe[\s\S]*netplan cannot read its files/);
    await onNode(lab, 'n1', 'rm /etc/netplan/95-broken.yaml');
  });

  it('goes to files for networkd and back, with the kernel as it is', async () => {
    const direct = await writeInventory(lab, 'direct', { networks: networks(1400) });
    expect((await pushTo(direct)).exitCode).toBe(0);
    expect(await onNode(lab, 'n1', 'ls /etc/netplan /run/systemd/network')).not.toMatch(/mlbroute|eth0\.100/);
    expect(await kernelOf(lab, 'n1')).toBe(pushed);
    const { exitCode, stdout } = await auditOf(direct);
    expect(exitCode, stdout).toBe(0);
    expect((await pushTo(inventory)).exitCode).toBe(0);
    expect(await onNode(lab, 'n1', 'ls /etc/systemd/network')).not.toContain('05-mlbroute');
    expect(await kernelOf(lab, 'n1')).toBe(pushed);
    expect((await auditOf(inventory)).exitCode).toBe(0);
  });

  it('is as before the first push when nothing is wanted any more', async () => {
    const path = await writeInventory(lab, 'none', { renderer: 'netplan', networks: [] });
    const { exitCode, stderr } = await pushTo(path);
    expect(exitCode, stderr).toBe(0);
    const withoutFolders = (state: string) => state.replaceAll(/^d .*\n/gm, '');
    expect(withoutFolders(await stateOf(lab, 'n1'))).toBe(withoutFolders(pristine));
  });
});
