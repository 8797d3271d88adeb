import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemdStandIn } from './systemd-stand-in.ts';

/** Hosts n1, n2, … on one bridge with a controller: the real kernel, a real sshd and a root of their own each. */
export type BenchFleet = {
  readonly names: readonly string[];
  /** Where the sshd of each listens, in the order of their names. */
  readonly places: readonly Place[];
  /** Private, and gone with the fleet: keys, inventory, what contenders write. */
  readonly directory: string;
  /** For mlbroute and Ansible alike. */
  readonly inventory: string;
  /** What `ssh` needs to log in anywhere in the fleet. */
  readonly sshConfig: string;
  /** The words before a command that run it on the controller's side of the network. */
  readonly onController: readonly string[];
  /** The words before a command that run it on a host, without a connection. */
  readonly onHost: (name: string) => readonly string[];
  readonly stop: () => void;
};

/** Address and port. */
type Place = { readonly address: string; readonly port: number };

/** Every host can carry it: replies by mark, on a second card. */
const variables = {
  pod_cidrs: ['10.112.0.0/12'],
  networks: [
    {
      name: 'public',
      pools: ['1.2.3.0/24'],
      link: { device: 'eth1' },
      gateway: '1.2.3.1',
      return_path: 'mark',
    },
  ],
};

const sshdConfig = (directory: string) => `Port 22
HostKey ${directory}/host_key
AuthorizedKeysFile ${directory}/authorized_keys
PermitRootLogin yes
UsePAM no
UseDNS no
StrictModes no
PidFile none
`;

/** Starts so many hosts. Needs root, sshd(8) and unshare(1); `scripts` is the folder of fleet.sh. */
export async function startFleet(size: number, scripts = join(process.cwd(), 'bench/fleet')): Promise<BenchFleet> {
  if (process.getuid?.() !== 0) throw new Error('the fleet is made of namespaces: run this as root');
  if (!existsSync('/usr/sbin/sshd')) throw new Error('/usr/sbin/sshd is missing: apt-get install openssh-server');
  const directory = mkdtempSync(join(tmpdir(), 'mlbroute-bench-'));
  const path = (name: string) => join(directory, name);
  for (const name of ['nodes', 'logs', 'memory']) mkdirSync(path(name));
  for (const name of ['host_key', 'id'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', path(name)]);
  writeFileSync(path('authorized_keys'), readFileSync(path('id.pub')));
  writeFileSync(path('known_hosts'), `* ${readFileSync(path('host_key.pub'), 'utf8')}`);
  writeFileSync(path('sshd_config'), sshdConfig(directory));
  writeFileSync(path('stand-in'), systemdStandIn, { mode: 0o755 });

  const names = Array.from({ length: size }, (_, i) => `n${i + 1}`);
  const isolated = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL'];
  const holder = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...isolated, 'sh', join(scripts, 'fleet.sh'), String(size), directory],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const stop = () => {
    holder.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until(() => existsSync(path('controller')), holder);
    for (let number = 1; number <= size; number++)
      await until(() => readFileSync(path(`logs/${number}`), 'utf8').includes('listening on 0.0.0.0'), holder);
  } catch (error) {
    stop();
    throw error;
  }
  const controller = readFileSync(path('controller'), 'utf8').trim();
  const pids = names.map((_, i) => readFileSync(path(`nodes/${i + 1}`), 'utf8').trim());
  const places = names.map((_, i) => ({ address: addressOf(i), port: 22 }));
  return {
    names,
    places,
    directory,
    ...describeHosts('near', { names, places, directory }),
    onController: ['nsenter', '-t', controller, '-n'],
    onHost: (name) => {
      const pid = pids[names.indexOf(name)];
      if (pid === undefined) throw new Error(`no host ${name}`);
      return ['nsenter', '-t', pid, '--net', '--mount', '--uts', '--pid', '--root', '--wd'];
    },
    stop,
  };
}

async function until(isSo: () => boolean, holder: ChildProcess): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    if (holder.exitCode !== null) throw new Error(`the fleet did not start: fleet.sh exited ${holder.exitCode}`);
    if (waited > 120_000) throw new Error('the fleet did not start within two minutes');
    await sleep(20);
  }
}

/** As fleet.sh gives them. */
function addressOf(index: number): string {
  const number = index + 1;
  return `10.77.${Math.floor(number / 250) + 1}.${(number % 250) + 1}`;
}

/** Writes an inventory of hosts, and a configuration of ssh for them. */
export function describeHosts(title: string, fleet: Hosts): Pick<BenchFleet, 'inventory' | 'sshConfig'> {
  const inventory = join(fleet.directory, `${title}.json`);
  const sshConfig = join(fleet.directory, `${title}.ssh_config`);
  writeFileSync(inventory, JSON.stringify(inventoryOf(fleet)));
  writeFileSync(sshConfig, sshConfigOf(fleet));
  return { inventory, sshConfig };
}

type Hosts = Pick<BenchFleet, 'names' | 'places' | 'directory'>;

function inventoryOf({ names, places, directory }: Hosts) {
  const vars = {
    ansible_user: 'root',
    ansible_ssh_private_key_file: join(directory, 'id'),
    ansible_ssh_common_args: `-o UserKnownHostsFile=${join(directory, 'known_hosts')}`,
    // Spares Ansible the search for it.
    ansible_python_interpreter: '/usr/bin/python3',
    ...variables,
  };
  const hosts = names.map((name, i) => [name, { ansible_host: places[i]?.address, ansible_port: places[i]?.port }]);
  return { all: { vars, hosts: Object.fromEntries(hosts) } };
}

function sshConfigOf({ names, places, directory }: Hosts): string {
  const hosts = names.map((name, i) => `Host ${name}\n  HostName ${places[i]?.address}\n  Port ${places[i]?.port}\n`);
  const common = `User root\nIdentityFile ${directory}/id\nIdentitiesOnly yes\nUserKnownHostsFile ${directory}/known_hosts\nBatchMode yes\n`;
  return `${common}${hosts.join('')}`;
}
