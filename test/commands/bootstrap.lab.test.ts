import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BootstrapOptions, bootstrap } from '../../src/commands/bootstrap.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { publicNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode } from './lab-node.ts';
import { auditOf } from './pushing.ts';
import { runWith } from './test-io.ts';

let lab: Lab;
let inventory: string;
let knownHosts: string;
const nodes = ['n1', 'n2'];

beforeAll(async () => {
  lab = await bootLab({ nodes: 2 });
  const home = join(lab.dir, 'run', 'operator');
  await mkdir(home, { recursive: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'id')]);
  knownHosts = join(home, 'known_hosts');
  inventory = await writeInventory(
    lab,
    'strangers',
    {
      ...{ ansible_user: 'ops', ansible_become: true, networks: [{ ...publicNetwork, return_path: 'mark' }] },
      ansible_ssh_private_key_file: join(home, 'id'),
    },
    (n) => ({
      ansible_ssh_common_args: `-o ProxyCommand='socat - UNIX-CONNECT:${lab.dir}/run/n${n}.sock' -o UserKnownHostsFile=${knownHosts} -o IdentitiesOnly=yes`,
    }),
  );
  await Promise.all(nodes.map((node) => onNode(lab, node, asDelivered)));
});
afterAll(async () => {
  await downLab(lab.dir);
});

/** A node as a provider hands it over: a user with a password whom sudo asks for it, and no iptables, which an archive has. */
const asDelivered = `
  set -e
  useradd -m -s /bin/bash ops
  echo 'ops:as delivered' | chpasswd
  echo 'ops ALL=(ALL:ALL) ALL' >/etc/sudoers.d/ops
  sed -i '/^AuthorizedKeysFile/d; /^PasswordAuthentication/d' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf
  { echo 'PasswordAuthentication yes'; echo 'AuthorizedKeysFile .ssh/authorized_keys /etc/lab/authorized_keys'; } >/etc/ssh/sshd_config.d/00-delivered.conf
  systemctl reload ssh

  # The package again, from what is installed of it.
  repo=/srv/archive package=/srv/package
  mkdir -p "$repo" "$package/DEBIAN"
  dpkg-query -L iptables | while read -r file; do if [ -f "$file" ] || [ -h "$file" ]; then echo "$file"; fi; done >/srv/files
  tar -cf - -T /srv/files 2>/dev/null | tar -xf - -C "$package"
  dpkg-query -s iptables | sed '/^Status:/d; /^Conffiles:/,/^[^ ]/{/^Conffiles:/d; /^ /d}' >"$package/DEBIAN/control"
  for script in postinst prerm; do [ ! -e /var/lib/dpkg/info/iptables.$script ] || cp -p /var/lib/dpkg/info/iptables.$script "$package/DEBIAN/$script"; done
  # As the kernel of the lab wants it.
  echo 'update-alternatives --set iptables /usr/sbin/iptables-legacy' >>"$package/DEBIAN/postinst"
  sed -i '/^exit 0/d' "$package/DEBIAN/postinst"
  dpkg-deb -b "$package" "$repo/iptables.deb" >/dev/null
  { cat "$package/DEBIAN/control"; echo 'Filename: ./iptables.deb'; stat -c 'Size: %s' "$repo/iptables.deb"; sha256sum "$repo/iptables.deb" | sed 's/\\([^ ]*\\) .*/SHA256: \\1/'; } >"$repo/Packages"
  rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
  echo "deb [trusted=yes] file:$repo ./" >/etc/apt/sources.list
  dpkg --force-depends -r iptables >/dev/null 2>&1
  if command -v iptables; then exit 1; fi
`;

/** `mlbroute bootstrap`, by somebody who knows the answers. */
async function bootstrapThem(wish: Partial<BootstrapOptions>, answers: { readonly [question: string]: string } = {}) {
  const asked: string[] = [];
  const options: BootstrapOptions = {
    ...{ inventory: [inventory], limit: null, forks: 8, acceptNew: false, askBecomePass: false },
    ...{ output: 'text', progress: true, yes: false, diff: false, confirmTimeoutS: 60, serial: [], maxFail: null },
    ...{ hostKeys: null, install: false, sudoers: false },
    ...wish,
  };
  const answer = (question: string) => {
    asked.push(question);
    return Object.entries(answers).find(([beginning]) => question.startsWith(beginning))?.[1] ?? null;
  };
  const ran = await runWith(bootstrap, options, {
    isInputTty: Object.keys(answers).length > 0,
    confirm: async (question) => answer(question) === 'yes',
    askSecret: async (question) => answer(question),
  });
  process.stderr.write(`bootstrap: exit ${ran.exitCode}\n`);
  return { ...ran, asked };
}

const rootCommandsOf = (node: string) =>
  onNode(lab, node, `journalctl --sync; journalctl -o cat _COMM=sudo | grep -c 'COMMAND=.*mlbroute-ready'; true`);

describe('a node that nobody ever pushed to', () => {
  const answers = { Trust: 'yes', 'Password of ssh': 'as delivered', 'Password of sudo': 'as delivered', Push: 'yes' };

  it('is told what it lacks, and is not touched, without --install', async () => {
    const ran = await bootstrapThem({ limit: 'n1', sudoers: true }, answers);
    expect(ran.exitCode).toBe(1);
    expect(ran.asked).toEqual([
      'Trust this key?',
      'Password of ssh, for hosts that know no key of yours',
      'Password of sudo',
    ]);
    expect(ran.stdout).toMatch(/✖ netfilter +\d+ ms {2}there is no iptables or nft that works$/m);
    expect(ran.stderr).toMatch(/^failed +n1: there is no iptables or nft that works \(.*--install/m);
    expect(await onNode(lab, 'n1', 'ls -d /var/lib/mlbroute /sys/class/net/eth0.100 2>/dev/null; true')).toBe('');
    const key = await onNode(
      lab,
      'n1',
      'cat /home/ops/.ssh/authorized_keys; stat -c "%U %a" /home/ops/.ssh/authorized_keys',
    );
    expect(key).toBe(`${(await readFile(join(lab.dir, 'run/operator/id.pub'), 'utf8')).trim()}\nops 600`);
    const dropIn = await onNode(
      lab,
      'n1',
      'visudo -cf /etc/sudoers.d/zz-mlbroute-ops >/dev/null; stat -c "%U %a" /etc/sudoers.d/zz-mlbroute-ops',
    );
    expect(dropIn).toBe('root 440');
    // That file is enough, without the one of the provider, and lets do nothing else.
    await onNode(lab, 'n1', 'rm /etc/sudoers.d/ops; ! su ops -c "sudo -n id"');
  });

  it('is pushed to once that is installed', async () => {
    const ran = await bootstrapThem({ limit: 'n1', sudoers: true, install: true }, answers);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.asked).toEqual(['Push to 1 host?']);
    expect(ran.stderr).toContain('n1: installed iptables\n');
    expect(ran.stderr).toMatch(/1 changed/);
    expect((await auditOf(inventory, { limit: 'n1' })).exitCode).toBe(0);
  });

  it('joins those that are as they should be, at one exec each of theirs', async () => {
    const before = Number(await rootCommandsOf('n1'));
    const ran = await bootstrapThem({ sudoers: true, install: true }, answers);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/1 unchanged, 1 changed/);
    expect(Number(await rootCommandsOf('n1'))).toBe(before + 1);
    const again = await bootstrapThem({ sudoers: true, install: true });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/2 unchanged/);
    expect(again.stdout).toBe('');
    expect(Number(await rootCommandsOf('n1'))).toBe(before + 2);
  });
});
