import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { publicNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo, removeFrom } from './pushing.ts';

/** One node with a service of its own that a playbook stops, beside a module, and a service that it brings. Each test goes on from the one before. */
let lab: Lab;
let inventory: string;
let pristine: string;

beforeAll(async () => {
  lab = await bootLab({ nodes: 1 });
  await onNode(
    lab,
    'n1',
    `printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/before.service
    systemctl enable --now before.service`,
  );
  inventory = await writeInventory(lab, 'services', { networks: [publicNetwork] });
  pristine = await stateOf(lab, 'n1');
});
afterAll(async () => {
  await downLab(lab.dir);
});

/** Writes the playbook, with how long the service sleeps and what follows a change of it, and gives its path. */
async function playbook(seconds: number, reload: string): Promise<string> {
  const file = join(lab.dir, 'run', 'services-playbook.yaml');
  await writeFile(
    file,
    `- hosts: all
  tasks:
    - metallb_l2:
    - kernel_module: { name: ifb }
    - file:
        dest: /etc/systemd/system/brought.service
        content: "[Service]\\nExecStart=/bin/sleep ${seconds}\\n[Install]\\nWantedBy=multi-user.target\\n"
        reload: ${reload}
    - unit: { name: brought, enabled: true, state: started }
    - unit: { name: before, enabled: false, state: stopped }
`,
  );
  return file;
}

const services = () =>
  onNode(
    lab,
    'n1',
    `grep -o '^ifb ' /proc/modules; cat /etc/modules-load.d/mlbroute.conf | tail -n 1
    systemctl show -P ExecStart brought.service | grep -o 'sleep [0-9]\\+' | head -n 1
    systemctl is-enabled brought.service before.service; systemctl is-active brought.service before.service; true`,
  );
const asDeclared = ['ifb', 'ifb', 'sleep 1000', 'enabled', 'disabled', 'active', 'inactive'];

describe('modules and units of a playbook', () => {
  it('are loaded, started, stopped, and need nothing a second time', async () => {
    const wish = { playbook: await playbook(1000, 'systemctl restart brought') };
    const { exitCode, stderr, stdout } = await pushTo(inventory, wish);
    expect(exitCode, stderr + stdout).toBe(0);
    expect((await services()).split(/ *\n/)).toEqual(asDeclared);
    expect((await pushTo(inventory, wish)).stderr).toContain('1 unchanged');
  });

  it('are so after a reboot', async () => {
    await rebootNodes(lab, ['n1'], (line) => process.stderr.write(`${line}\n`));
    expect((await services()).split(/ *\n/)).toEqual(asDeclared);
    const { exitCode, stdout } = await auditOf(inventory, {
      playbook: await playbook(1000, 'systemctl restart brought'),
    });
    expect(exitCode, stdout).toBe(0);
  });

  it('are missed by the audit where somebody changed them', async () => {
    await onNode(lab, 'n1', 'systemctl disable brought; systemctl start before');
    const wish = { playbook: await playbook(1000, 'systemctl restart brought') };
    const { exitCode, stdout } = await auditOf(inventory, wish);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('brought.service starts at boot');
    expect(stdout).toContain('before.service does not run');
    expect((await pushTo(inventory, wish)).stderr).toContain('1 changed');
    expect((await services()).split(/ *\n/)).toEqual(asDeclared);
  });

  it('are as before where a push is taken back', async () => {
    // The command works for the text that was, not for the new one.
    const failing = await playbook(
      2000,
      '[sh, -c, "systemctl restart brought; grep -q 1000 /etc/systemd/system/brought.service"]',
    );
    const { exitCode, stderr } = await pushTo(inventory, { playbook: failing });
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('1 reverted');
    expect((await services()).split(/ *\n/)).toEqual(asDeclared);
    expect(await onNode(lab, 'n1', "tr '\\0' ' ' </proc/$(systemctl show -P MainPID brought)/cmdline")).toBe(
      '/bin/sleep 1000',
    );
  });

  it('are as before where the node restarts in the middle of a push', async () => {
    // The last command of the push pulls the plug, when all else is done and nothing is confirmed.
    const fatal = (await playbook(3000, '[sh, -c, "sync; systemctl reboot --force --force; sleep 60"]')).toString();
    const text = await readFile(fatal, 'utf8');
    await writeFile(
      fatal,
      text
        .replace('brought, enabled: true', 'brought, enabled: false')
        .replace('before, enabled: false', 'before, enabled: true'),
    );
    const { exitCode, stderr } = await pushTo(inventory, { playbook: fatal });
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('1 reverted');
    await onNode(lab, 'n1', 'until systemctl is-system-running | grep -qE "running|degraded"; do sleep 0.5; done');
    // What starts at boot is as before; what this boot had set out to start already is for the next push.
    expect((await services()).split(/ *\n/).slice(2, 5)).toEqual(asDeclared.slice(2, 5));
    const next = await pushTo(inventory, { playbook: await playbook(1000, 'systemctl restart brought') });
    expect(next.exitCode, next.stderr).toBe(0);
    expect((await services()).split(/ *\n/)).toEqual(asDeclared);
  });

  it('leave the node as it was when mlbroute leaves', async () => {
    const { exitCode, stderr } = await removeFrom(inventory);
    expect(exitCode, stderr).toBe(0);
    expect(await stateOf(lab, 'n1')).toBe(pristine);
    expect(await onNode(lab, 'n1', 'systemctl is-active before brought; systemctl is-enabled before; true')).toBe(
      'active\ninactive\nenabled',
    );
  });
});
