import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostConnection } from '../domain/host.ts';
import { inHome } from './credentials.ts';
import type { Deadlines } from './deadlines.ts';
import { judgeHostKey, keptBy } from './known-hosts.ts';
import { readKnownHosts } from './known-hosts-file.ts';
import { asOptions } from './openssh.ts';
import type { UnknownKey } from './session.ts';
import { filesIn, readSshConfig } from './ssh-config.ts';

/**
 * The keys that ssh(1) is shown by a host and that nobody knows. It tells them nowhere but in a file of known hosts: so it is given one that
 * is thrown away, and no way to log in. None where it does not get that far, as behind a jump host whose own key is unknown.
 */
export async function keysShownToOpenssh(
  host: HostConnection,
  { homeDirectory, deadlines }: { readonly homeDirectory: string; readonly deadlines: Deadlines },
): Promise<readonly UnknownKey[]> {
  const asked = { arguments: host.sshArguments, address: host.address, deadlineMs: deadlines.tcpMs };
  const config = await readSshConfig(asked);
  if (!config.ok || config.value === null) return [];
  const said = config.value;
  const first = (keyword: string) => said.get(keyword)?.[0] ?? null;
  const filesOf = (keyword: string) => filesIn(said, keyword).map((file) => inHome(file, homeDirectory));
  const own = filesOf('userknownhostsfile');
  const place = { address: first('hostname') ?? host.address, port: Number(first('port') ?? 22) };
  const named = keptBy(place, first('hostkeyalias'));

  const directory = await mkdtemp(join(tmpdir(), 'mlb-'));
  try {
    const shown = join(directory, 'known_hosts');
    await letSshLook(host, shown, deadlines);
    const known = await readKnownHosts([...own, ...filesOf('globalknownhostsfile')]);
    const file = own[0] ?? join(homeDirectory, '.ssh', 'known_hosts');
    return (await readKnownHosts([shown])).flatMap(({ key }) =>
      judgeHostKey(known, named, key).kind === 'unknown' ? [{ ...named, host: host.name, key, file }] : [],
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function letSshLook(host: HostConnection, knownHosts: string, { tcpMs, handshakeMs }: Deadlines): Promise<void> {
  const firm = {
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: 'none',
    StrictHostKeyChecking: 'accept-new',
    HashKnownHosts: 'no',
    UpdateHostKeys: 'no',
    ControlMaster: 'no',
    ControlPath: 'none',
    ClearAllForwardings: 'yes',
    PreferredAuthentications: 'none',
    BatchMode: 'yes',
  };
  const words = [...asOptions(firm), ...host.sshArguments, '--', host.address, 'true'];
  return new Promise((resolve) => {
    const child = spawn('ssh', words, { stdio: 'ignore', timeout: tcpMs + handshakeMs });
    // That it gets no further is meant; what it was shown is in the file.
    child.once('error', () => resolve()).once('close', () => resolve());
  });
}
