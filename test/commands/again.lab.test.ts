import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { publicNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo, removeFrom } from './pushing.ts';

let lab: Lab;
let inventory: string;
const nodes = ['n1', 'n2'];

beforeAll(async () => {
  // n2 has a broad file, by which networkd would take every new VLAN.
  const broad = { '/etc/systemd/network/50-all.network': '[Match]\nName=eth*\n\n[Network]\nDHCP=yes\n' };
  lab = await bootLab({ nodes: 2, files: { n1: {}, n2: broad } });
  inventory = await writeInventory(lab, 'again', { networks: [publicNetwork, segmentNetwork] }, (n) => ({
    number: 200 + n,
  }));
});
afterAll(async () => {
  await downLab(lab.dir);
});

const statesOf = () => Promise.all(nodes.map((node) => stateOf(lab, node)));
const restart = () => rebootNodes(lab, nodes, (line) => process.stderr.write(`${line}\n`));
/** The routes of the node and of its pods, which a networkd that configures eth0 anew takes away. */
const otherRoutesOf = (node: string) => onNode(lab, node, 'ip route show table main | sort');

describe('a push to nodes whose networkd has read the files of an earlier one, which are gone by now', () => {
  it('is refused with the way out, and nothing is touched', async () => {
    const first = await pushTo(inventory);
    expect(first.exitCode, first.stderr).toBe(0);
    await restart();
    const removed = await removeFrom(inventory);
    expect(removed.exitCode, removed.stderr).toBe(0);
    const before = await statesOf();
    const routes = await Promise.all(nodes.map(otherRoutesOf));

    const { exitCode, stderr } = await pushTo(inventory);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^failed +n1: eth0\.100 cannot be made: networkd has .* in memory.*restart the host first/m);
    expect(stderr).toMatch(
      /^failed +n2: .*what changed since it started: .*\/etc\/systemd\/network\/.*restart the host first/m,
    );
    expect(await statesOf()).toEqual(before);
    expect(await Promise.all(nodes.map(otherRoutesOf))).toEqual(routes);
  }, 600_000);

  it('does its work after a restart, and again after a removal in the same boot', async () => {
    await restart();
    const pristine = await statesOf();
    const pushed = await pushTo(inventory);
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    const after = await statesOf();
    const removed = await removeFrom(inventory);
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(await statesOf()).toEqual(pristine);
    const again = await pushTo(inventory);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await statesOf()).toEqual(after);
    const audited = await auditOf(inventory);
    expect(audited.exitCode, audited.stdout).toBe(0);
  }, 600_000);
});
