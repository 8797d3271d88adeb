import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor } from '../../src/commands/doctor.ts';
import { type Sshd, startSshd } from '../transport/sshd.ts';
import { run } from './test-io.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({
    accounts: [
      { name: 'plain', password: null, shell: '/bin/sh' },
      { name: 'asked', password: 'geheim', shell: '/bin/sh' },
      { name: 'nologin', password: null, shell: '/usr/sbin/nologin' },
    ],
    sudoers: ['asked ALL=(ALL) ALL'],
  });
});
afterAll(() => sshd.stop());

/** The steps of hosts n1, n2, … that differ from a good way in by these variables: the last step of each, and its verdict. */
async function examine(hosts: readonly object[], options: { readonly output: 'text' | 'json' }) {
  const inventory = join(sshd.directory, 'inventory.json');
  const good = {
    ...{ ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_user: 'root' },
    ansible_ssh_private_key_file: sshd.keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${sshd.knownHostsFile} -o IdentitiesOnly=yes`,
    networks: [],
  };
  const named = hosts.map((vars, index) => [`n${index + 1}`, { ...good, ...vars }]);
  writeFileSync(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(named) } }));
  const wish = { inventory: [inventory], limit: null, forks: 8, acceptNew: false, askBecomePass: false };
  return run(doctor, { ...wish, ...options });
}

type Told = { host: string; checks: { step: string; verdict: string; says: string; tookMs: number | null }[] };

describe('doctor', () => {
  it('says at which step the way to a host ends', async () => {
    const { stdout, exitCode } = await examine(
      [
        { ansible_host: 'no.such.host.invalid' },
        { ansible_port: 1 },
        { ansible_ssh_common_args: '-o UserKnownHostsFile=/dev/null' },
        { ansible_ssh_private_key_file: `${sshd.directory}/host_ed25519` },
        { ansible_user: 'nologin' },
        { ansible_user: 'asked', ansible_become: true },
      ],
      { output: 'json' },
    );
    const told: Told[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ends = told.map(({ host, checks }) => `${host} ${checks.at(-1)?.verdict} ${checks.at(-1)?.step}`);
    expect(ends.sort()).toEqual([
      'n1 trouble dns',
      'n2 trouble tcp',
      'n3 trouble kex',
      'n4 trouble auth',
      'n5 trouble shell',
      'n6 trouble sudo',
    ]);
    expect(exitCode).toBe(1);
  });

  it('asks a host it can enter everything, and folds hosts that are alike', async () => {
    const { stdout } = await examine([{}, {}, { ansible_user: 'plain' }], { output: 'text' });
    expect(stdout).toMatch(/^n\[1-2\] \(2 hosts\)$/m);
    expect(stdout).toMatch(/^n3$/m);
    expect(stdout).toMatch(/✔ sudo +\d+ ms {2}root$/m);
    expect(stdout).toMatch(/✖ sudo +\d+ ms {2}commands run with uid 3000, not as root$/m);
    expect(stdout).toMatch(/✔ iproute2 +\d+ ms {2}iproute2 [\d.]+$/m);
    expect(stdout).toMatch(/✔ tools +\d+ ms {2}sysctl, sha256sum, stat$/m);
    expect(stdout).toMatch(/✔ clock +\d+ ms {2}as here$/m);
    for (const step of ['tcp', 'kex', 'auth', 'shell', 'disk'])
      expect(stdout, step).toMatch(new RegExp(`✔ ${step} +\\d+ ms`));
  });
});
