import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, makeKey } from './sshd.ts';

/** A real dropbear on 127.0.0.1 that lets root in, by a key or by a password. */
export type Dropbear = {
  readonly port: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly stop: () => Promise<void>;
};

/** Starts dropbear in mount and process namespaces of its own, where root has another home and the given password. Needs root. */
export async function startDropbear(password: string): Promise<Dropbear> {
  if (!existsSync('/usr/sbin/dropbear')) throw new Error('/usr/sbin/dropbear is missing: apt-get install dropbear-bin');
  const directory = mkdtempSync(join(tmpdir(), 'mlbroute-dropbear-'));
  const path = (name: string) => join(directory, name);
  makeKey(path('id'), 'ed25519');
  mkdirSync(path('home/.ssh'), { recursive: true, mode: 0o700 });
  writeFileSync(path('home/.ssh/authorized_keys'), readFileSync(path('id.pub')), { mode: 0o600 });
  const made = execFileSync('/usr/bin/dropbearkey', ['-t', 'ed25519', '-f', path('host_key')], { encoding: 'utf8' });
  const hostKey = /^ssh-ed25519 \S+/m.exec(made)?.[0] ?? '';
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  writeFileSync(path('shadow'), `root:${hash}:19000:0:99999:7:::\n`, { mode: 0o640 });
  const port = await freePort();
  writeFileSync(path('known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);

  const script = [
    `mount --bind ${path('home')} /root`,
    `mount --bind ${path('shadow')} /etc/shadow`,
    `exec /usr/sbin/dropbear -F -E -p 127.0.0.1:${port} -r ${path('host_key')} -P ${path('pid')}`,
  ];
  // Dies with the test process, also where that is killed before it can stop us.
  const withParent = ['--pdeathsig', 'KILL', 'unshare'];
  const isolated = ['--mount', '--propagation', 'private', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];
  const child = spawn('setpriv', [...withParent, ...isolated, 'sh', '-ec', script.join('\n')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  for (let waited = 0; !existsSync(path('pid')); waited += 20) {
    if (child.exitCode !== null || waited > 10_000) {
      await stop();
      throw new Error(`dropbear did not start: ${said}`);
    }
    await sleep(20);
  }
  return { port, keyFile: path('id'), knownHostsFile: path('known_hosts'), stop };
}
