import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Channel } from './channel.ts';
import type { Deadlines } from './deadlines.ts';
import { errorText } from './error-code.ts';
import type { HostSocket } from './socket.ts';
import { type LoginPhase, type LoginRequest, type SshConnection, startLogin } from './ssh.ts';

/** A connection that is logged in. */
export type Connection = {
  readonly exec: (command: string) => Promise<Channel>;
  /** Why the connection was lost; null while it lives. */
  readonly lost: () => string | null;
  /** Resolves when the connection is gone, however it ended. */
  readonly gone: Promise<void>;
  /** Says goodbye; `gone` follows if the host is there. */
  readonly end: () => void;
  /** Cuts the connection, now. */
  readonly destroy: () => void;
};

/** A connection of mlbroute's own SSH, which can also lead on to another host. */
export type ItselfConnection = Connection & Pick<SshConnection, 'forward'>;

/** Why there is no connection. */
export type LoginTrouble = {
  readonly failure: Failure;
  /** True where the server hung up before it let us speak: a busy sshd does so (MaxStartups in sshd_config(5)), and another try may do. */
  readonly isDrop: boolean;
};

/** What to log in with, and to whom. */
export type Login = {
  readonly socket: HostSocket;
  /** Address and port for messages. */
  readonly place: string;
  readonly user: string;
  readonly offers: LoginRequest['offers'];
  /** Why other ways to log in were left out, for the message. */
  readonly leftOut: readonly string[];
  readonly algorithms: LoginRequest['algorithms'];
  /** Null where the host's key is trusted. */
  readonly judgeKey: (key: Buffer) => Promise<Failure | null>;
  readonly deadlines: Deadlines;
  /** Hears when the host's key is trusted, and when it let us in. */
  readonly onPart: (part: 'key' | 'login') => void;
};

/** Logs in over an open socket. Each part has its own deadline; nothing ever hangs, and the socket is closed on failure. */
export function logIn(login: Login): Promise<Result<ItselfConnection, LoginTrouble>> {
  const { socket, place, deadlines } = login;
  const { stream } = socket;
  const refused: string[] = [];
  let pending: string | null = null;
  let phase: LoginPhase = 'handshake';
  let trouble: string | null = null;
  let keyFailure: Failure | null = null;
  let isExhausted = false;
  let timedOut: Failure | null = null;
  let isGone = false;
  let isEnded = false;

  const told = () =>
    [trouble ?? (isEnded ? 'it was closed on this side' : null), socket.note()]
      .filter((part) => part !== null)
      .join('; ') || 'the host closed the connection';
  const giveUp = (what: string, ms: number) =>
    setTimeout(() => {
      const common = [what, socket.note()].filter((part) => part !== null).join('; ');
      timedOut = { kind: 'timeout', message: `${place}: ${common}`, common, afterMs: ms };
      stream.destroy();
    }, ms);
  const explain = (): LoginTrouble => {
    const unanswered = pending === null ? [] : [`${pending}: no answer`];
    const tried = [...refused, ...unanswered, ...login.leftOut].join('; ');
    const why = `${isExhausted ? '' : ` (${trouble})`}: ${tried}`;
    const failure: Failure | null =
      keyFailure ??
      timedOut ??
      (isExhausted || (phase === 'auth' && /too many authentication failures/i.test(trouble ?? ''))
        ? {
            kind: 'auth',
            message: `${login.user} could not log in at ${place}${why}`,
            common: `${login.user} could not log in${why}`,
          }
        : null);
    if (failure !== null) return { failure, isDrop: false };
    // Terms that cannot be agreed on stay so; everything else may be a host that is going down or coming up.
    const isTransient = !/no matching|unsupported/i.test(trouble ?? '');
    const isDrop = phase === 'handshake' && isTransient && !socket.isBroken();
    const common = told();
    return { failure: { kind: 'connect', message: `${place}: ${common}`, common, isTransient }, isDrop };
  };

  return new Promise((resolve) => {
    let timer = giveUp('no SSH greeting and key exchange', deadlines.handshakeMs);
    let markGone = () => {};
    const gone = new Promise<void>((mark) => {
      markGone = mark;
    });
    const judgeKey = async (key: Buffer): Promise<boolean> => {
      try {
        keyFailure = await login.judgeKey(key);
      } catch (error) {
        keyFailure = { kind: 'host-key', message: `the key of ${place} could not be checked: ${errorText(error)}` };
      }
      return keyFailure === null;
    };
    const connection = startLogin(
      {
        stream,
        user: login.user,
        offers: login.offers,
        algorithms: login.algorithms,
        isTrusted: judgeKey,
      },
      {
        onPhase: (next) => {
          phase = next;
          clearTimeout(timer);
          if (next !== 'handshake') login.onPart(next === 'auth' ? 'key' : 'login');
          if (next === 'auth') timer = giveUp(`login as ${login.user} did not end`, deadlines.authMs);
          if (next !== 'ready') return;
          resolve(
            ok({
              exec: connection.exec,
              forward: connection.forward,
              lost: () => (isGone || stream.destroyed ? told() : null),
              gone,
              end: () => {
                isEnded = true;
                connection.end();
              },
              destroy: () => stream.destroy(),
            }),
          );
        },
        onPerson: (isAwaited) => {
          clearTimeout(timer);
          if (!isAwaited) timer = giveUp(`login as ${login.user} did not end`, deadlines.authMs);
        },
        onOffered: (label) => {
          pending = label;
        },
        onRefused: (label, reason) => {
          pending = null;
          refused.push(`${label}: ${reason}`);
        },
        onExhausted: () => {
          isExhausted = true;
        },
        onTrouble: (reason) => {
          trouble ??= reason;
          stream.destroy();
        },
        onEnd: () => {
          isGone = true;
          clearTimeout(timer);
          markGone();
          resolve(err(explain()));
        },
      },
    );
  });
}
