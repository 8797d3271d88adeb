import { spawn } from 'node:child_process';
import type { Channel } from './channel.ts';
import { within } from './deadlines.ts';

/** Where to open a channel, and for what. */
export type MuxRequest = {
  readonly controlPath: string;
  readonly command: string;
  readonly isLost: () => boolean;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
};

/** ssh(1) gives 255 for its own failures; how long the connection's end may come after that of its channel. */
const lossGraceMs = 500;

/**
 * Starts a command on a channel of a connection that another ssh holds. Never opens a connection of its own. A command that a signal ended has
 * exit code 255 here: ssh(1) tells no more.
 */
export function openMuxChannel({ controlPath, command, isLost, gone }: MuxRequest): Promise<Channel> {
  const options = ['ControlMaster=no', `ControlPath=${controlPath}`, 'ProxyCommand=false', 'BatchMode=yes'];
  const flags = [...options, 'LogLevel=ERROR', 'EscapeChar=none'].flatMap((option) => ['-o', option]);
  return new Promise((resolve, reject) => {
    if (isLost()) {
      reject(new Error('the connection is gone'));
      return;
    }
    const child = spawn('ssh', ['-F', 'none', '-T', ...flags, '--', 'host', command], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.once('error', reject);
    child.once('spawn', () => {
      const ended = new Promise<Awaited<Channel['ended']>>((settle) => {
        child.once('close', (exitCode) => {
          if (exitCode !== 255 && exitCode !== null) settle({ exitCode });
          else
            void within(
              lossGraceMs,
              gone.then(() => null),
              () => (exitCode === null ? null : { exitCode }),
            ).then(settle);
        });
      });
      resolve({
        whyNotStarted: (exitCode, said) => {
          if (exitCode !== 255 || child.stdout.readableDidRead) return null;
          // Some servers close a channel that they have just opened, when the command of another one ends in that moment (dropbear 2022.83).
          if (said.trim() === '') return 'it closed the channel at once';
          return /^mux_client_request_session: .*$/m.exec(said)?.[0] ?? null;
        },
        stdin: child.stdin,
        stdout: child.stdout,
        stderr: child.stderr,
        ended,
        close: () => void child.kill(),
      });
    });
  });
}
