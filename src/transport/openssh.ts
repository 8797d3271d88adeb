import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostConnection } from '../domain/host.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { passwordEnvironment, servePassphrases } from './askpass.ts';
import type { Deadlines } from './deadlines.ts';
import type { Unlock } from './locked-key.ts';
import type { Connection, LoginTrouble } from './login.ts';
import { openMuxChannel } from './openssh-channel.ts';
import { explainOpenssh } from './openssh-failure.ts';

/** How to connect with the system's ssh. */
export type OpensshLogin = {
  readonly host: HostConnection;
  /** Why it is not mlbroute's own SSH, for messages. */
  readonly because: string;
  readonly acceptNew: boolean;
  /** Null: nobody can be asked for a passphrase. */
  readonly unlock: Unlock | null;
  readonly deadlines: Deadlines;
};

const withoutPasswords = { PasswordAuthentication: 'no', KbdInteractiveAuthentication: 'no' };

const readyLine = 'mlbroute-ready';
/** Only so much of standard error is kept. */
const maxSaid = 8000;

/**
 * Logs in with ssh(1): one process holds a connection that is this session's alone, and each command is a channel of it. Its control socket lies
 * in a private folder, so that no other ssh, and no later session, ever shares it.
 */
export async function logInWithOpenssh(login: OpensshLogin): Promise<Result<Connection, LoginTrouble>> {
  const { host, deadlines, unlock } = login;
  // Short, since the path of a socket has at most 108 bytes.
  const directory = await mkdtemp(join(tmpdir(), 'mlb-'));
  const controlPath = join(directory, 's');
  let said = '';
  let onPerson = (_isAwaited: boolean) => {};
  const passphrases =
    unlock === null
      ? null
      : await servePassphrases(directory, unlock, {
          onPerson: (isAwaited) => onPerson(isAwaited),
          onLocked: (file, reason) => {
            said += `key ${file}: ${reason}\n`;
          },
        });
  const child = spawn('ssh', masterArguments(login, controlPath), {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A session of its own: an interrupt at the terminal must not cut the connection while mlbroute ends its work in order.
    detached: true,
    env: { ...process.env, LC_ALL: 'C', ...passphrases?.environment, ...(await passwordEnvironment(host)) },
  });
  let isGone = false;
  let isEnded = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-maxSaid);
  });
  const lost = () => {
    if (!isGone) return null;
    return isEnded ? 'it was closed on this side' : said.trim() || 'the host closed the connection';
  };
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
    child.once('close', () => resolve());
  }).then(async () => {
    isGone = true;
    passphrases?.close();
    await rm(directory, { recursive: true, force: true });
  });
  const connection: Connection = {
    exec: (command) => openMuxChannel({ controlPath, command, isLost: () => isGone, gone }),
    lost,
    gone,
    end: () => {
      isEnded = true;
      child.kill('SIGTERM');
    },
    destroy: () => child.kill('SIGKILL'),
  };

  const limitMs = deadlines.tcpMs + deadlines.handshakeMs + deadlines.authMs;
  let isLate = false;
  const startTimer = () =>
    setTimeout(() => {
      isLate = true;
      connection.destroy();
    }, limitMs);
  let timer = startTimer();
  onPerson = (isAwaited) => {
    clearTimeout(timer);
    if (!isAwaited) timer = startTimer();
  };
  const isReady = await Promise.race([
    gone.then(() => false),
    new Promise<boolean>((resolve) => {
      let heard = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        heard = (heard + text).slice(-maxSaid);
        if (heard.includes(readyLine)) resolve(true);
      });
    }),
  ]);
  clearTimeout(timer);
  onPerson = () => {};
  return isReady ? ok(connection) : err(explainOpenssh(login, said, isLate ? limitMs : null));
}

function masterArguments({ host, acceptNew, deadlines, unlock }: OpensshLogin, controlPath: string) {
  // As in ssh_config(5) the first value counts: these are ahead of all else, since sessions rest on them.
  const firm = {
    ControlMaster: 'yes',
    ControlPath: controlPath,
    ControlPersist: 'no',
    ForkAfterAuthentication: 'no',
    // Runs when the login is done and the control socket is there.
    PermitLocalCommand: 'yes',
    LocalCommand: `echo ${readyLine}`,
    RemoteCommand: 'none',
    SessionType: 'none',
    RequestTTY: 'no',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    LogLevel: 'ERROR',
    // A host that answers none of three pings is gone, though TCP may not know it yet.
    ServerAliveInterval: '10',
    ServerAliveCountMax: '3',
    ...(host.password === null && unlock === null ? { BatchMode: 'yes' } : {}),
    // Without a password nothing may ask for one; with one only once: three wrong answers can lock an account.
    ...(host.password === null ? withoutPasswords : {}),
    NumberOfPasswordPrompts: '1',
    ...(acceptNew && host.hostKeyChecking === 'strict' ? { StrictHostKeyChecking: 'accept-new' } : {}),
  };
  const late = { ConnectTimeout: String(Math.ceil(deadlines.tcpMs / 1000)) };
  return [...asOptions(firm), ...host.sshArguments, ...asOptions(late), '--', host.address];
}

/** Options of ssh_config(5) as arguments of ssh(1). */
export function asOptions(options: { readonly [name: string]: string }): string[] {
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
