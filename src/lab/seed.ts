import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mustRun } from './host-command.ts';
import { kubeProxyFiles } from './kube-proxy-rules.ts';
import { labError } from './lab-error.ts';
import type { Lab } from './lab-state.ts';
import { type LabService, labServices } from './services.ts';
import { type LabNode, labNetwork } from './topology.ts';

/** Files of a node at its first boot: absolute path → text, or null to leave out one the lab would write. They are root's, with mode 0644. */
export type GuestFiles = Readonly<Record<string, string | null>>;

/**
 * Makes what is each node's own — name, address, host key, services, `files` — and packs it for the node's second disk, which its first boot
 * unpacks. Host keys are made here, so that known_hosts is complete before the first connection. Writes `id`, `known_hosts` and `run/<node>.tar`.
 */
export async function writeSeeds(lab: Lab, files: Readonly<Record<string, GuestFiles>>): Promise<void> {
  await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'mlbroute-lab', '-f', join(lab.dir, 'id')]);
  const authorizedKeys = await readFile(join(lab.dir, 'id.pub'), 'utf8');
  const services = labServices(lab.nodes);
  const hostKeys = await Promise.all(
    lab.nodes.map((node) => writeSeed({ lab, node, services, authorizedKeys, files: files[node.name] ?? {} })),
  );
  await writeFile(join(lab.dir, 'known_hosts'), hostKeys.join(''), { mode: 0o600 });
}

async function writeSeed(options: {
  readonly lab: Lab;
  readonly node: LabNode;
  readonly services: readonly LabService[];
  readonly authorizedKeys: string;
  readonly files: GuestFiles;
}): Promise<string> {
  const { lab, node } = options;
  const root = join(lab.dir, 'run', `${node.name}.seed`);
  const content = {
    ...guestFiles(lab, node, options.services),
    '/etc/lab/authorized_keys': options.authorizedKeys,
    ...options.files,
  };
  for (const [path, text] of Object.entries(content)) {
    if (!path.startsWith('/') || path.split('/').includes('..'))
      throw labError(`guest file ${path} is not an absolute path`, 'start it with /');
    if (text === null) continue;
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const key = join(root, 'etc/ssh/ssh_host_ed25519_key');
  await mkdir(dirname(key), { recursive: true });
  // Whatever this process's umask is: sshd reads authorized_keys as the user who logs in.
  await mustRun(['chmod', '-R', 'u=rwX,go=rX', root]);
  await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', node.name, '-f', key]);
  const tar = [
    'tar',
    '-C',
    root,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '-cf',
    join(lab.dir, 'run', `${node.name}.tar`),
    '.',
  ];
  await mustRun(tar);
  const [type, publicKey] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  return `${node.name} ${type} ${publicKey}\n`;
}

function guestFiles(lab: Lab, node: LabNode, services: readonly LabService[]): GuestFiles {
  const others = lab.nodes.filter((other) => other.name !== node.name);
  const proxy = Object.entries(kubeProxyFiles(node, services)).map(([name, text]) => [
    `/etc/lab/kube-proxy/${name}`,
    text,
  ]);
  return {
    '/etc/hostname': `${node.name}\n`,
    '/etc/hosts': `127.0.0.1 localhost\n127.0.1.1 ${node.name}\n`,
    '/etc/systemd/network/10-eth0.network': `[Match]
Name=eth0

[Network]
Address=${node.address}/${labNetwork.prefixLength}
Gateway=${labNetwork.gateway}
LinkLocalAddressing=no
LLDP=no
IPv6AcceptRA=no
`,
    '/etc/lab/node': `POD_SERVER=${node.podServer}
POD_CLIENT=${node.podClient}
POD_ROUTES="${others.map((other) => `${other.podCidr}=${other.address}`).join(' ')}"
`,
    '/etc/lab/speaker': services
      .filter((service) => service.announcedBy === node.name)
      .map((service) => `${service.vip} *\n`)
      .join(''),
    '/etc/lab/kube-proxy/mode': `${lab.kubeProxy}\n`,
    ...Object.fromEntries(proxy),
  };
}
