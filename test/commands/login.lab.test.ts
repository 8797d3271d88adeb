import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { publicNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';

const networks = [publicNetwork];
let lab: Lab;

beforeAll(async () => {
  lab = await bootLab({ nodes: 1 });
});
afterAll(async () => {
  await downLab(lab.dir);
});

const loginsSeen = () =>
  onNode(lab, 'n1', `journalctl --sync; journalctl -u ssh -o cat | grep -c 'publickey for admin '; true`);

describe('the key of a host', () => {
  let knownHosts: string;
  let inventory: string;
  let fingerprint: string;

  beforeAll(async () => {
    knownHosts = join(lab.dir, 'run', 'own_known_hosts');
    inventory = await writeInventory(lab, 'own-known-hosts', {
      networks: [],
      ansible_ssh_common_args: `-o ProxyCommand='socat - UNIX-CONNECT:${lab.dir}/run/n1.sock' -o UserKnownHostsFile=${knownHosts}`,
    });
    const shown = await onNode(lab, 'n1', 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    fingerprint = shown.split(' ')[1] ?? '';
    expect(fingerprint).toMatch(/^SHA256:/);
  });

  it('is refused where it is not known, with its fingerprint and the way out', async () => {
    const { exitCode, stderr } = await auditOf(inventory);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`n1 is not in known_hosts and shows ssh-ed25519 ${fingerprint}.`);
    expect(stderr).toContain(`pin it with --accept-new, or with: ssh-keyscan n1 >> ${knownHosts}`);
    expect(await loginsSeen()).toBe('0');
  });

  it('is pinned by --accept-new, and known from then on', async () => {
    expect((await auditOf(inventory, { acceptNew: true })).exitCode).toBe(0);
    expect(await readFile(knownHosts, 'utf8')).toBe(await readFile(join(lab.dir, 'known_hosts'), 'utf8'));
    expect((await auditOf(inventory)).exitCode).toBe(0);
  });

  it('is refused where it has changed, even with --accept-new', async () => {
    const logins = await loginsSeen();
    const other = join(lab.dir, 'run', 'other-key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const [type, key] = (await readFile(`${other}.pub`, 'utf8')).split(' ');
    const pinned = `n1 ${type} ${key}\n`;
    await writeFile(knownHosts, pinned);
    const { exitCode, stderr } = await auditOf(inventory, { acceptNew: true });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/THE KEY OF n1 HAS CHANGED: known is .*own_known_hosts:1\), shown is ssh-ed25519 SHA256:/);
    expect(stderr).toContain(fingerprint);
    expect(await readFile(knownHosts, 'utf8')).toBe(pinned);
    expect(await loginsSeen()).toBe(logins);
  });
});

describe('a user whose sudo asks for a password', () => {
  beforeAll(async () => {
    await onNode(
      lab,
      'n1',
      `echo 'admin:right one' | chpasswd && echo 'admin ALL=(ALL) ALL' >/etc/sudoers.d/admin && visudo -cq`,
    );
  });

  it.each([
    ['no password', {}, 'sudo wants a password for admin: give it by -K or ansible_become_password'],
    ['a wrong password', { ansible_become_password: 'wrong one' }, 'sudo refused the password of admin'],
  ])('is told what is missing with %s, and the node is not touched', async (what, vars, message) => {
    const before = await stateOf(lab, 'n1');
    const inventory = await writeInventory(lab, what.replaceAll(' ', '-'), { networks, ...vars });
    const { exitCode, stdout, stderr } = await pushTo(inventory);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(`${stdout}${stderr}`).not.toContain('wrong one');
    expect(await stateOf(lab, 'n1')).toBe(before);
  });

  it('pushes with the right one, which nothing shows', async () => {
    const inventory = await writeInventory(lab, 'right', { networks, ansible_become_password: 'right one' });
    const { exitCode, stdout, stderr } = await pushTo(inventory);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('n1: ');
    expect(`${stdout}${stderr}`).not.toContain('right one');
    expect(await onNode(lab, 'n1', 'journalctl -o cat | grep -c "right one"; true')).toBe('0');
  });
});
