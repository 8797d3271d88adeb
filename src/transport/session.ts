import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import type { Result } from '../domain/result.ts';

/** How a program on a host ended. `exitCode` is null where a signal ended it. */
export type RunResult = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/**
 * What to run: a whole POSIX sh program, sent on the standard input of one `sh` (as the `become` user where the host names one).
 * All of it is read before any of it runs, so a connection that breaks while sending runs nothing. Its commands find their own standard
 * input empty (data goes in here-documents), and its locale is C.
 */
export type RunRequest = {
  readonly program: string;
  /** The program must have ended this many milliseconds after it was sent. */
  readonly deadlineMs: number;
  /** Called for each line of standard output as it comes, without its newline; what it throws rejects the run. */
  readonly onLine: ((line: string) => void) | null;
  /**
   * `shared`: in the shell that another such program has left on this connection, or a new one, which it leaves to the next: that spares a host a
   * round trip, a shell and sudo. It finds the other's variables and functions, so it must set its own; its standard error may end with what it
   * printed last missing. Where it exits, the shell ends with it. Missing: a shell of its own.
   */
  readonly shell?: 'shared';
};

/** One SSH connection to one host. */
export type Session = {
  readonly run: (request: RunRequest) => Promise<Result<RunResult, Failure>>;
  /** Ends the connection; safe to call twice. A run under way, or a later one, fails with `connection-lost`. */
  readonly close: () => Promise<void>;
};

/** The key of a host that nobody knows yet, as it showed it. */
export type UnknownKey = {
  /** The host in whose name it was reached; for a jump host, one of those behind it. */
  readonly host: HostConnection['name'];
  /** What known_hosts would keep it by; under an alias the port is 22. */
  readonly address: string;
  readonly port: number;
  /** In wire format. */
  readonly key: Buffer;
  /** The file it would be written to. */
  readonly file: string;
};

/** A part of connecting that is done: the name looked up, the way to the host open, its key trusted and the terms agreed on, logged in. */
export type ConnectPart = 'name' | 'socket' | 'key' | 'login';

/** Opens a new TCP connection to a host and logs in. `onPart` hears of each part once it is done; a retry tells its parts again. */
export type Connect = (host: HostConnection, onPart?: (part: ConnectPart) => void) => Promise<Result<Session, Failure>>;
