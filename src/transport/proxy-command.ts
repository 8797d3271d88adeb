import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { HostConnection } from '../domain/host.ts';
import { err, ok, type Result } from '../domain/result.ts';

/** A running proxy command. */
export type Proxy = {
  /** Its standard input and output as one stream. Destroying it ends the process. */
  readonly stream: Duplex;
  /** The end of what it said on standard error, as one line; `''` for nothing. */
  readonly said: () => string;
  /** How it ended; null while it runs. `exitCode` is null where a signal ended it. */
  readonly ended: () => { readonly exitCode: number | null } | null;
};

/** Only so much of standard error is kept. */
const maxSaid = 2000;

/** How long a proxy that closed its output may take to end. */
const endGraceMs = 200;

/**
 * Replaces %h, %p, %r and %%, as ssh_config(5) does. Fails on any other token, and on an address or user with characters that would mean
 * something to the shell that runs the command.
 */
export function expandProxyCommand(
  command: string,
  host: Pick<HostConnection, 'address' | 'port' | 'user'>,
): Result<string, string> {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    h: host.address,
    n: host.address,
    p: String(host.port),
    r: host.user,
  };
  const problems: string[] = [];
  const expanded = command.replace(/%(.?)/gs, (token, letter: string) => {
    const text = tokens[letter];
    if (text === undefined) problems.push(`"${token}" is not one of %h %n %p %r %%`);
    else if (letter !== '%' && !/^[\w.:+@%][\w.:+@%-]*$/.test(text))
      problems.push(`"${text}" for ${token} is not a plain word`);
    return text ?? token;
  });
  return problems.length > 0 ? err(problems.join('; ')) : ok(expanded);
}

/** Starts a proxy command whose tokens are replaced already. */
export function startProxy(command: string): Proxy {
  // A session of its own: an interrupt at the terminal must not cut the connection while mlbroute ends its work in order, and an
  // ssh that wants a passphrase must fail instead of asking in the middle of a run.
  const child = spawn('sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  let ended: { exitCode: number | null } | null = null;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-maxSaid);
  });

  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => child.stdout.resume(),
    write: (chunk, _encoding, done) => {
      child.stdin.write(chunk, () => done());
    },
    final: (done) => {
      child.stdin.end(() => done());
    },
    destroy: (error, done) => {
      child.stdin.destroy();
      child.stdout.destroy();
      if (ended === null) child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  // EPIPE here means that the process has ended, or soon will; 'close' tells that with its reason.
  child.stdin.on('error', () => {});
  child.on('error', (error) => stream.destroy(error));
  const finish = () => {
    if (!stream.destroyed && !stream.readableEnded) stream.push(null);
  };
  // A little later, so that a process that is ending can still say why.
  child.stdout.on('end', () => setTimeout(finish, endGraceMs));
  child.on('close', (exitCode) => {
    ended = { exitCode };
    finish();
  });
  return {
    stream,
    said: () => {
      const lines = said.split('\n').map((line) => line.trim());
      return lines
        .filter((line) => line !== '')
        .slice(-3)
        .join(' / ');
    },
    ended: () => ended,
  };
}
