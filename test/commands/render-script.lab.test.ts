import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../src/commands/render.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { exec } from '../../src/lab/node-shell.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { publicNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';
import { run } from './test-io.ts';

let lab: Lab;
let inventory: string;

beforeAll(async () => {
  // n2 has a broad file, by which networkd would take every new VLAN.
  const broad = { '/etc/systemd/network/50-all.network': '[Match]\nName=eth*\n\n[Network]\nDHCP=yes\n' };
  lab = await bootLab({ nodes: 2, files: { n1: {}, n2: broad } });
  const second = {
    ...secondNetwork,
    link: { parent: 'eth0', vlan: 200, name: 'eth0.200', mtu: 1400 },
    ...{ address: '5.6.7.{{ number }}/24', neighbor: '52:54:00:ab:cd:ef' },
  };
  inventory = await writeInventory(lab, 'scripts', { networks: [publicNetwork, second, segmentNetwork] }, (n) => ({
    number: 200 + n,
  }));
});
afterAll(async () => {
  await downLab(lab.dir);
});

/** Runs the host's own script there. */
async function runScript(node: string, argument = ''): Promise<{ readonly code: number; readonly said: string }> {
  const out = join(lab.dir, 'run', 'scripts');
  const rendered = await run(render, { inventory: [inventory], limit: null, out, as: 'script' });
  expect(rendered.exitCode, rendered.stderr).toBe(0);
  const script = await readFile(join(out, `${node}.sh`), 'utf8');
  const { code, stdout, stderr } = await exec(
    lab,
    node,
    `cat >/root/mlbroute.sh <<'the end of the script'\n${script}the end of the script\nsh /root/mlbroute.sh ${argument} </dev/null`,
  );
  return { code, said: stdout + stderr };
}

const scripted: Record<string, string> = {};

describe.each(['n1', 'n2'])('the script of a node with VLANs: %s', (node) => {
  it('brings what a push brings, and takes all of it away', async () => {
    const pristine = await stateOf(lab, node);
    const first = await runScript(node);
    expect(first.code, first.said).toBe(0);
    scripted[node] = await stateOf(lab, node);
    expect(scripted[node]).toContain('eth0.200');
    const audited = await auditOf(inventory, { limit: node });
    expect(audited.exitCode, audited.stdout + audited.stderr).toBe(0);
    expect(await runScript(node)).toEqual({ code: 0, said: 'unchanged\n' });

    const gone = await runScript(node, '--remove');
    expect(gone.code, gone.said).toBe(0);
    expect(await stateOf(lab, node)).toBe(pristine);
    const pushed = await pushTo(inventory, { limit: node });
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(await stateOf(lab, node)).toBe(scripted[node]);
  });
});

describe('a reboot', () => {
  it('finds all that the script brought', async () => {
    // The record is the push's; without it the script begins anew, and finds everything in place.
    await onNode(lab, 'n1', 'rm -r /var/lib/mlbroute');
    const again = await runScript('n1');
    expect(again.code, again.said).toBe(0);
    await rebootNodes(lab, ['n1'], (line) => process.stderr.write(`${line}\n`));
    expect(await stateOf(lab, 'n1')).toBe(scripted.n1);
    expect(await runScript('n1')).toEqual({ code: 0, said: 'unchanged\n' });
  });
});
