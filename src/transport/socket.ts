import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { errorCode, errorText } from './error-code.ts';
import { expandProxyCommand, startProxy } from './proxy-command.ts';

/** A byte stream to a host's sshd. */
export type HostSocket = {
  readonly stream: Duplex;
  /** What the way to the host adds to the reason of a loss, such as the last words of a proxy command; null for nothing. */
  readonly note: () => string | null;
  /** True where the way itself is known to have failed, so that knocking again at once is no use. */
  readonly isBroken: () => boolean;
};

/**
 * Opens the way to a host: its proxy command where it has one, else TCP. The stream of a proxy may still fail after this. `onFound` is called
 * where a name had to be looked up, once it is found.
 */
export async function openSocket(
  host: HostConnection,
  tcpMs: number,
  onFound: () => void,
): Promise<Result<HostSocket, Failure>> {
  return host.proxyCommand === null ? openTcp(host, tcpMs, onFound) : openProxy(host, host.proxyCommand);
}

/** Errors that another try will not cure. All others (refused, unreachable, timed out, reset) may be a host on its way up. */
const lastingCodes = new Set(['ENOTFOUND', 'EACCES', 'EINVAL', 'EADDRNOTAVAIL']);

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name server does not answer',
  EMFILE: 'this process may not open more files: raise `ulimit -n`, or run fewer hosts at a time',
};

/** Says why a TCP connection could not be opened. */
export function explainConnectError(error: unknown, place: string): Failure {
  const code = errorCode(error);
  const meaning = code === null ? undefined : meanings[code];
  const known = meaning === undefined ? null : `${meaning} (${code})`;
  const message = `${place}: ${known ?? errorText(error)}`;
  // The text of an error has the address in it.
  const common = known ?? code ?? errorText(error);
  return { kind: 'connect', message, common, isTransient: code === null || !lastingCodes.has(code) };
}

function openTcp(host: HostConnection, tcpMs: number, onFound: () => void): Promise<Result<HostSocket, Failure>> {
  const place = placeOf(host);
  return new Promise((resolve) => {
    const socket = connectTcp({
      host: host.address,
      port: host.port,
      // Small packets wait for nothing: ssh2 leaves Nagle's algorithm on, which costs a delayed acknowledgement per program.
      noDelay: true,
      autoSelectFamilyAttemptTimeout: 1000,
    });
    socket.once('lookup', (error) => {
      if (error === null && isIP(host.address) === 0) onFound();
    });
    const timer = setTimeout(() => {
      socket.destroy();
      const common = 'no TCP connection';
      resolve(err({ kind: 'timeout', message: `${place}: ${common}`, common, afterMs: tcpMs }));
    }, tcpMs);
    const onError = (error: Error) => {
      clearTimeout(timer);
      resolve(err(explainConnectError(error, place)));
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      // From here on the login listens for errors.
      socket.removeListener('error', onError);
      resolve(ok({ stream: socket, note: () => null, isBroken: () => false }));
    });
  });
}

function openProxy(host: HostConnection, command: string): Result<HostSocket, Failure> {
  const expanded = expandProxyCommand(command, host);
  if (!expanded.ok) {
    return err({ kind: 'connect', message: `proxy command "${command}": ${expanded.error}`, isTransient: false });
  }
  const proxy = startProxy(expanded.value);
  return ok({
    stream: proxy.stream,
    note: () => {
      const ended = proxy.ended();
      const how = ended === null ? '' : ` ended ${ended.exitCode === null ? 'on a signal' : `with ${ended.exitCode}`}`;
      const said = proxy.said();
      if (how === '' && said === '') return null;
      // As it was written, not as it came out: it is the same for all hosts then.
      return `proxy command "${command}"${how}${said === '' ? '' : ` and said "${said}"`}`;
    },
    // A proxy that ends well, or that was itself sent away by a busy sshd, only passes on a drop.
    isBroken: () =>
      (proxy.ended()?.exitCode ?? 0) !== 0 && !/kex_exchange|Connection (reset|closed)|MaxStartups/i.test(proxy.said()),
  });
}

/** Address and port as people write them, with brackets around IPv6. */
export function placeOf(host: Pick<HostConnection, 'address' | 'port'>): string {
  return `${host.address.includes(':') ? `[${host.address}]` : host.address}:${host.port}`;
}
