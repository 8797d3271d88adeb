import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { dualNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, giveToNetplan, kernelOf, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';

/** A node of networkd's own files and one of netplan's. Each test goes on from the one before. */
let lab: Lab;
let pristine: PerNode;
let hitless: PerNode;

const nodes = ['n1', 'n2'];
const networks = [
  dualNetwork,
  {
    ...secondNetwork,
    link: { parent: 'eth0', vlan: 200, mtu: 1400 },
    ...{ address: '5.6.7.{{ number }}/24', neighbor: '52:54:00:ab:cd:ef' },
  },
  segmentNetwork,
];
const inventoryOf = (name: string, vars: Record<string, unknown>) =>
  writeInventory(lab, name, vars, (n) => ({ number: 200 + n, renderer: n === 2 ? 'netplan' : 'networkd' }));
const forced = { force: ['workload'] as const };

type PerNode = Readonly<Record<string, string>>;
const onEach = async (look: (node: string) => Promise<string>): Promise<PerNode> =>
  Object.fromEntries(await Promise.all(nodes.map(async (node) => [node, await look(node)] as const)));
const withoutFolders = (states: PerNode): PerNode =>
  Object.fromEntries(Object.entries(states).map(([node, state]) => [node, state.replaceAll(/^d .*\n/gm, '')]));
/** Routes of pods over the network card are gone: their network plugin makes them again. */
const bringPodsBack = () => onEach((node) => onNode(lab, node, 'systemctl restart lab-pods.service'));

beforeAll(async () => {
  lab = await bootLab({ nodes: 2, files: {} });
  await giveToNetplan(lab, 'n2', 'uplink');
  await rebootNodes(lab, ['n2'], (line) => process.stderr.write(`${line}\n`));
  pristine = await onEach((node) => stateOf(lab, node));
  const { exitCode, stderr } = await pushTo(await inventoryOf('hitless', { networks }));
  expect(exitCode, stderr).toBe(0);
  hitless = await onEach((node) => kernelOf(lab, node));
  expect((await pushTo(await inventoryOf('none', { networks: [] }))).exitCode).toBe(0);
  expect(withoutFolders(await onEach((node) => stateOf(lab, node)))).toEqual(withoutFolders(pristine));
});
afterAll(async () => {
  await downLab(lab.dir);
});

describe('activation by the host’s own tool', () => {
  it('is refused where pods are, which it would cut off', async () => {
    const { exitCode, stderr } = await pushTo(await inventoryOf('native', { networks, activate: 'native' }));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/are here: cali1, cali2 \[workload\]/);
    expect(withoutFolders(await onEach((node) => stateOf(lab, node)))).toEqual(withoutFolders(pristine));
  });

  it('comes to the very state that a hitless push brings, and says before that it interrupts', async () => {
    const native = await inventoryOf('native', { networks, activate: 'native' });
    const { exitCode, stderr, stdout } = await pushTo(native, forced);
    expect(exitCode, stderr).toBe(0);
    expect(stdout + stderr).toMatch(/~ networkctl reload: configures .* anew/);
    expect(stdout + stderr).toMatch(/~ netplan apply: configures .* anew/);
    await bringPodsBack();
    expect(await onEach((node) => kernelOf(lab, node))).toEqual(hitless);
    const ours = await onEach((node) => onNode(lab, node, 'networkctl --no-legend list eth0.100 eth0.200'));
    for (const node of nodes) expect(ours[node]).toMatch(/ configured *\n.* configured$/);
    expect((await pushTo(native)).stderr).toContain('2 unchanged');
    const { exitCode: audited, stdout: findings } = await auditOf(native);
    expect(audited, findings).toBe(0);
  });

  it('comes back by itself when it cuts the node off, to the state that was there', async () => {
    const before = await onEach((node) => stateOf(lab, node));
    const playbook = join(lab.dir, 'run', 'cut-off.yaml');
    await writeFile(
      playbook,
      JSON.stringify([
        {
          hosts: 'all',
          tasks: [
            { metallb_l2: {} }, // Nobody answers there for whoever pushes.
            { route: { to: '192.168.1.1/32', dev: 'eth0.100', table: 4999 } },
            { rule: { to: '192.168.1.1/32', table: 4999, priority: 1900 } },
          ],
        },
      ]),
    );
    const native = await inventoryOf('native', { networks, activate: 'native' });
    const { exitCode, stderr } = await pushTo(native, { ...forced, playbook, confirmTimeoutS: 20 });
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toMatch(/: 2 reverted$/m);
    await bringPodsBack();
    expect(await onEach((node) => stateOf(lab, node))).toEqual(before);
    expect(await onEach((node) => onNode(lab, node, 'networkctl --no-legend list eth0.100'))).toEqual(
      Object.fromEntries(nodes.map((node) => [node, expect.stringMatching(/ configured$/)])),
    );
  });

  it('takes everything away as well', async () => {
    const { exitCode, stderr } = await pushTo(await inventoryOf('gone', { networks: [], activate: 'native' }), forced);
    expect(exitCode, stderr).toBe(0);
    await bringPodsBack();
    expect(withoutFolders(await onEach((node) => stateOf(lab, node)))).toEqual(withoutFolders(pristine));
  });
});
