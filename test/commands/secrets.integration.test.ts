import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needTool } from '../backends/run-tool.ts';
import { buildProgram, type Fleet, markNetwork, startFleet } from './fleet.ts';

const password = 'one-Secret';
const anotherSecret = 'another-Secret';
/** What no text may hold. A boolean, so that a failure does not print it all. */
const tells = (text: string) => text.includes('Secret');

let fleet: Fleet;
beforeAll(() => {
  needTool('/usr/bin/strace', 'strace');
  buildProgram();
  fleet = startFleet(1);
  // An account in the host's own /etc. It cannot read the key file of the tests, so that it logs in by its password.
  fleet.host('n1').sh(`useradd -M -d /run -s /bin/sh admin; echo 'admin:${password}' | chpasswd
    echo 'admin ALL=(ALL) ALL' >/etc/sudoers.d/admin; chmod 440 /etc/sudoers.d/admin`);
}, 120_000);
afterAll(() => fleet.stop());

const describeWith = (vars: object) =>
  fleet.describe({
    ...{ ansible_user: 'admin', ansible_password: password, ansible_ssh_private_key_file: null },
    ...{ ansible_become: true, ansible_become_password: password, bgp_password: anotherSecret },
    networks: [markNetwork],
    ...vars,
  });

/** Runs the program and notes each program that it and the host start, with all its words and its environment. */
async function traced(args: readonly string[]) {
  const log = join(fleet.directory, 'strace');
  const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const child = spawn(
    'strace',
    ['-f', '-qq', '-v', '-s', '100000', '-e', 'trace=execve', '-o', log, process.execPath, program, ...args],
    {
      env: { PATH: process.env.PATH, HOME: fleet.directory, XDG_STATE_HOME: join(fleet.directory, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, said, started: readFileSync(log, 'utf8') };
}

/** All that mlbroute left on the controller. */
function stateHere(): string {
  const state = join(fleet.directory, 'state');
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n');
}

const onHost = () =>
  fleet
    .host('n1')
    .sh(
      `find /etc/mlbroute /etc/systemd /etc/sysctl.d /var/lib/mlbroute /run -type f -exec cat {} + 2>/dev/null || true`,
    );

describe('passwords of an inventory', () => {
  it('are no argument of any program and in no environment, here or on the host, and nowhere in what is said or kept', async () => {
    describeWith({});
    const plan = join(fleet.directory, 'plan.json');
    const planned = await traced(['plan', '-i', fleet.inventory, '--diff', '--out', plan]);
    expect(planned.exitCode, planned.said).toBe(2);
    const pushed = await traced(['push', '-i', fleet.inventory, '--yes', '--diff']);
    expect(pushed.exitCode, pushed.said).toBe(0);
    const audited = await traced(['audit', '-i', fleet.inventory, '--output', 'json']);
    expect(audited.exitCode, audited.said).toBe(0);
    // Both sides were seen: programs of the host are children of the ssh command here.
    expect(/execve\("[^"]*\/sudo", \["sudo", "-S", "-p"/.test(pushed.started)).toBe(true);
    expect(/execve\("[^"]*\/ip", \["ip", .*"rule", "add"/.test(pushed.started)).toBe(true);
    const texts = { planned, pushed, audited, plan: readFileSync(plan, 'utf8'), state: stateHere(), host: onHost() };
    for (const [what, text] of Object.entries(texts)) expect(tells(JSON.stringify(text)), what).toBe(false);
    expect(tells(readFileSync(fleet.inventory, 'utf8'))).toBe(true);
  });

  it('are not told where they are refused', async () => {
    for (const vars of [{ ansible_become_password: 'wrong-Secret' }, { ansible_password: 'wrong-Secret' }]) {
      describeWith(vars);
      for (const output of ['text', 'json']) {
        const refused = await traced(['push', '-i', fleet.inventory, '--yes', '--output', output]);
        expect(refused.exitCode, refused.said).toBe(1);
        expect(refused.said).toMatch(/sudo|login|auth/i);
        expect(tells(refused.said + refused.started + stateHere()), refused.said).toBe(false);
      }
    }
  });
});

describe('files on a host', () => {
  it('are nobody else’s to read before they have their final mode, and the record of mlbroute never is', async () => {
    const host = fleet.host('n1');
    // Looks before each of these programs runs there: at files that are not in their place yet, and at the record.
    host.sh(`[ -d /run/real ] || { mkdir /run/real; cp -a /usr/local/sbin/. /run/real/; }
      for name in chmod sync mv; do
        cat >"/usr/local/sbin/$name" <<'END'
#!/bin/sh
name=\${0##*/}
export PATH=/run/real:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
{ find /etc/mlbroute /etc/systemd -name '*.mlbroute-*' -type f -printf "before $name: beside %m\\n"
  stat -c 'record %a %U:%G' /var/lib/mlbroute; } >>/run/looks 2>/dev/null
exec "$name" "$@"
END
        chmod 755 "/usr/local/sbin/$name"
      done`);
    for (const networks of [[], [markNetwork]]) {
      describeWith({ networks });
      const { exitCode, stderr } = await fleet.start(['push', '-i', fleet.inventory, '--yes']).ended;
      expect(exitCode, stderr).toBe(0);
    }
    const looks = [...new Set(host.sh('cat /run/looks').trimEnd().split('\n'))].sort();
    expect(looks).toEqual(['before mv: beside 644', 'before sync: beside 644', 'record 700 root:root']);
  });
});
