import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { type ConfiguredHost, configureHost, unconfigured } from './configured-host.ts';
import { jumpHostOf } from './jump-host.ts';
import { agentKeys, keysBeyond } from './keys-beyond.ts';
import { placeOf } from './socket.ts';
import { createConfigReader, type SshConfig } from './ssh-config.ts';

/** How a host is reached: by mlbroute's own SSH as configured, or by the system's ssh for a reason. */
export type Way =
  | {
      readonly kind: 'ssh2';
      readonly configured: ConfiguredHost;
      readonly agentSocket: string | null;
      /** The host to jump over first, and how that one is reached; null: the way is straight. */
      readonly jump: Ssh2Way | null;
    }
  | { readonly kind: 'openssh'; readonly because: string };

/** A way that mlbroute's own SSH can go. */
export type Ssh2Way = Extract<Way, { kind: 'ssh2' }>;

/** A chain of jump hosts that is longer leads in a circle. */
const mostJumps = 8;

/** What choosing needs from its surroundings. */
export type ChooseOptions = { readonly homeDirectory: string; readonly agentSocket: string | null };

/** Makes the function that chooses how to reach a host, for as long as mlbroute runs. */
export function createChooser(options: ChooseOptions) {
  let defaults: Promise<Result<SshConfig | null, Failure>> | null = null;
  const readSshConfig = createConfigReader();
  // One answer per agent is enough for all hosts.
  const asked = new Map<string, Promise<readonly string[]>>();
  const keyTypesIn = async (socket: string | null): Promise<readonly string[]> => {
    if (socket === null) return [];
    const answer =
      asked.get(socket) ?? agentKeys(socket).then((lines) => lines.map((line) => line.replace(/ .*/s, '')));
    asked.set(socket, answer);
    return answer;
  };
  const configure = async (host: HostConnection, deadlineMs: number): Promise<Result<ConfiguredHost, Failure>> => {
    if (readsNoFile(host.sshArguments)) return ok(unconfigured(host));
    defaults ??= readSshConfig({ arguments: ['-F', 'none'], address: 'host', deadlineMs });
    const [config, ground] = await Promise.all([
      readSshConfig({ arguments: host.sshArguments, address: host.address, deadlineMs }),
      defaults,
    ]);
    if (!config.ok) return config;
    if (!ground.ok) return ground;
    if (config.value === null || ground.value === null) return withoutSsh(host, options.homeDirectory);
    return ok(configureHost(host, config.value, ground.value));
  };

  return choose;

  async function choose(host: HostConnection, deadlineMs: number, jumps = 0): Promise<Result<Way, Failure>> {
    if (host.transport.kind === 'openssh') return ok({ kind: 'openssh', because: host.transport.because });
    const configured = await configure(host, deadlineMs);
    if (!configured.ok) return configured;
    const agentSocket = agentOf(configured.value, options.agentSocket);
    const [keyword] = configured.value.beyond;
    if (host.transport.kind === 'auto') {
      const because =
        keyword === undefined
          ? await keysBeyond(configured.value.host, {
              homeDirectory: options.homeDirectory,
              agentKeyTypes: () => keyTypesIn(agentSocket),
            })
          : `only ssh itself honours ${keyword}`;
      if (because !== null) return ok({ kind: 'openssh', because });
    } else if (keyword !== undefined) {
      const message = `${placeOf(configured.value.host)}: ${keyword} is set for this host, which only the system's ssh honours, and the transport is to be ssh2`;
      return err({ kind: 'connect', message, isTransient: false });
    }
    const way: Ssh2Way = { kind: 'ssh2', configured: configured.value, agentSocket, jump: null };
    const { proxyJump } = configured.value;
    if (proxyJump === null) return ok(way);
    const jumpHost = jumpHostOf(host, proxyJump);
    if (jumpHost === null || jumps === mostJumps) {
      const what = jumpHost === null ? 'makes no sense' : `leads over more than ${mostJumps} hosts`;
      const message = `${placeOf(configured.value.host)}: ProxyJump ${proxyJump} ${what}`;
      return err({ kind: 'connect', message, isTransient: false });
    }
    const jump = await choose(jumpHost, deadlineMs, jumps + 1);
    if (!jump.ok) return jump;
    if (jump.value.kind === 'openssh')
      return ok({ kind: 'openssh', because: `for the jump host ${jumpHost.address}: ${jump.value.because}` });
    return ok({ ...way, jump: jump.value });
  }
}

function agentOf({ identityAgent }: ConfiguredHost, usual: string | null): string | null {
  if (identityAgent === 'none') return null;
  return identityAgent === null || identityAgent === 'SSH_AUTH_SOCK' ? usual : identityAgent;
}

/** `-F none` spares the question: then all that counts is in the inventory. Options that it does not read itself need ssh all the same. */
function readsNoFile(words: readonly string[]): boolean {
  const plain =
    /^(?:port|user|proxycommand|userknownhostsfile|stricthostkeychecking|identitiesonly|connecttimeout|identityfile)=/i;
  const hasNone = words.some((word, i) => word === 'none' && words[i - 1] === '-F');
  return hasNone && words.every((word, i) => words[i - 1] !== '-o' || plain.test(word));
}

/** A machine without ssh may still push, unless there is a file that it cannot read. */
async function withoutSsh(host: HostConnection, homeDirectory: string): Promise<Result<ConfiguredHost, Failure>> {
  const file = join(homeDirectory, '.ssh', 'config');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return ok(unconfigured(host));
  const message = `${file} cannot be read without ssh: install openssh-client, or set ansible_ssh_args to "-F none"`;
  return err({ kind: 'connect', message, isTransient: false });
}
