import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { render } from '../../src/commands/render.ts';
import { scriptPath } from '../../src/documents/packed-script.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { publicNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf } from './pushing.ts';
import { run } from './test-io.ts';

let lab: Lab;
let inventory: string;

beforeAll(async () => {
  lab = await bootLab({ nodes: 1 });
  inventory = await writeInventory(lab, 'clouds', { networks: [publicNetwork, secondNetwork, segmentNetwork] });
});
afterAll(async () => {
  await downLab(lab.dir);
});

const reboot = () => rebootNodes(lab, ['n1'], (line) => process.stderr.write(`${line}\n`));

/** Makes the next boot the first one of a new machine to cloud-init, with this user data; the lab's own keys and network stay. */
async function seedCloudInit(userData: string): Promise<void> {
  const config =
    'datasource_list: [NoCloud]\nnetwork: { config: disabled }\nssh_deletekeys: false\nssh_genkeytypes: []\npreserve_hostname: true\nlocale: false\n';
  await onNode(
    lab,
    'n1',
    `set -e
    mkdir -p /var/lib/cloud/seed/nocloud /etc/systemd/system/multi-user.target.d
    echo 'instance-id: new' >/var/lib/cloud/seed/nocloud/meta-data
    cat >/var/lib/cloud/seed/nocloud/user-data <<'the end of the data'\n${userData}the end of the data
    printf '${config.replaceAll('\n', '\\n')}' >/etc/cloud/cloud.cfg.d/99-lab.cfg
    printf '[Unit]\\nWants=cloud-init.target\\n' >/etc/systemd/system/multi-user.target.d/cloud-init.conf`,
  );
}

it('brings to a new machine what a push brings, at its first boot and no later one', async () => {
  const out = join(lab.dir, 'run', 'clouds');
  const rendered = await run(render, { inventory: [inventory], limit: null, out, as: 'cloud-init' });
  expect(rendered.exitCode, rendered.stderr).toBe(0);
  await seedCloudInit(await readFile(join(out, 'n1.cloud-init.yaml'), 'utf8'));
  const pristine = await stateOf(lab, 'n1');

  await reboot();
  expect(await onNode(lab, 'n1', 'cloud-init status --wait')).toMatch(/status: done$/);
  expect(await onNode(lab, 'n1', 'cat /var/log/cloud-init-output.log')).toMatch(/^changed$/m);
  const brought = await stateOf(lab, 'n1');
  expect(brought).toContain('eth0.200');
  const audited = await auditOf(inventory);
  expect(audited.exitCode, audited.stdout + audited.stderr).toBe(0);

  await reboot();
  expect(await onNode(lab, 'n1', 'cloud-init status --wait')).toMatch(/status: done$/);
  expect((await onNode(lab, 'n1', 'cat /var/log/cloud-init-output.log')).match(/^changed$/gm)).toHaveLength(1);
  expect(await stateOf(lab, 'n1')).toBe(brought);

  await onNode(lab, 'n1', `sh ${scriptPath} --remove`);
  expect(await stateOf(lab, 'n1')).toBe(pristine);
});
