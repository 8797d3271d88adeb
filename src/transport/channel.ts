import type { Readable, Writable } from 'node:stream';
import type { ClientChannel, Client as SshClient } from 'ssh2';

/** A command's three streams. `ended` resolves after both outputs have ended; null where the host never told how the command ended. */
export type Channel = {
  /** Judges an end that came before the shell was ready, with what was said on standard error: the reason where the host started no command. */
  readonly whyNotStarted: (exitCode: number | null, said: string) => string | null;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<{ readonly exitCode: number | null } | null>;
  readonly close: () => void;
};

/** Starts a command on a channel of its own; rejects where the connection is gone. */
export function openChannel(client: SshClient, command: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    // Throws where the connection is gone already, which rejects.
    client.exec(command, (error, channel) => {
      if (error !== undefined) reject(error);
      else resolve(asChannel(channel));
    });
  });
}

/** A background process that keeps the outputs open must not keep its caller waiting: this long after the last sign of life is enough. */
const drainMs = 2000;

/** Listens at once: 'exit' may come in the same packet as the answer to the command. */
function asChannel(channel: ClientChannel): Channel {
  let ended: { exitCode: number | null } | null = null;
  let isClosed = false;
  let drain: NodeJS.Timeout | undefined;
  const close = () => {
    if (!isClosed) channel.close();
  };
  const keepOpen = () => {
    clearTimeout(drain);
    if (!isClosed) drain = setTimeout(close, drainMs);
  };
  channel.on('exit', (exitCode: number | null) => {
    ended = { exitCode };
    // Listening for data starts its flow, so it must wait until the one who reads it listens too.
    setImmediate(() => {
      for (const stream of [channel, channel.stderr]) stream.on('data', keepOpen);
      keepOpen();
    });
  });
  channel.once('close', () => {
    isClosed = true;
    clearTimeout(drain);
  });
  const closed = [channel, channel.stderr].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
  return {
    // The host tells it in so many words, and `openChannel` has rejected.
    whyNotStarted: () => null,
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended: Promise.all(closed).then(() => ended),
    close,
  };
}
