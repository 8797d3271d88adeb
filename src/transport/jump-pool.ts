import type { Duplex } from 'node:stream';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { within } from './deadlines.ts';
import { errorText } from './error-code.ts';
import type { ItselfConnection } from './login.ts';
import { type HostSocket, placeOf } from './socket.ts';

/** A host to reach through a jump host. */
export type JumpRequest = {
  /** The jump host for messages. */
  readonly jump: string;
  /** Equal for requests that may share a connection. */
  readonly key: string;
  readonly connect: () => Promise<Result<ItselfConnection, Failure>>;
  readonly target: { readonly address: string; readonly port: number };
  readonly deadlineMs: number;
};

type Held = { readonly connection: Promise<Result<ItselfConnection, Failure>>; users: number };

/** A connection to a jump host outlives its last channel for so long, since the look after a change comes right after it. */
const lingerMs = 300;

/** Makes the function that opens a way through a jump host: one connection per jump host, and a channel of it per host behind it. */
export function createJumpPool(): (request: JumpRequest) => Promise<Result<HostSocket, Failure>> {
  const held = new Map<string, Held>();

  const hold = ({ key, connect }: JumpRequest): Held => {
    const there = held.get(key);
    if (there !== undefined) return there;
    const made: Held = { connection: connect(), users: 0 };
    const forget = () => {
      if (held.get(key) === made) held.delete(key);
    };
    held.set(key, made);
    // Whoever comes after a failure, or after the connection was lost, tries anew.
    void made.connection.then((result) => (result.ok ? result.value.gone.then(forget) : forget()), forget);
    return made;
  };
  const release = (request: JumpRequest, used: Held, connection: ItselfConnection) => {
    used.users -= 1;
    setTimeout(() => {
      if (used.users > 0 || connection.lost() !== null) return;
      if (held.get(request.key) === used) held.delete(request.key);
      connection.end();
    }, lingerMs);
  };

  return async (request) => {
    const used = hold(request);
    used.users += 1;
    const connected = await used.connection;
    if (!connected.ok) return err(throughJump(request, connected.error));
    const connection = connected.value;
    const { address, port } = request.target;
    const opening = connection.forward(address, port).then(
      (stream): Result<Duplex, string> => ok(stream),
      (error: unknown): Result<Duplex, string> => err(errorText(error)),
    );
    const opened = await within<Result<Duplex, string> | null>(request.deadlineMs, opening, () => null);
    if (opened?.ok === true) {
      opened.value.once('close', () => release(request, used, connection));
      return ok({
        stream: opened.value,
        note: () => {
          const lost = connection.lost();
          return lost === null ? null : `the jump host ${request.jump}: ${lost}`;
        },
        isBroken: () => connection.lost() !== null,
      });
    }
    // A channel that opens too late is closed then.
    void opening.then((late) => late.ok && late.value.destroy());
    release(request, used, connection);
    const place = placeOf(request.target);
    if (opened === null) {
      const common = `the jump host ${request.jump} opened no way there`;
      return err({ kind: 'timeout', message: `${place}: ${common}`, common, afterMs: request.deadlineMs });
    }
    const common = `the jump host ${request.jump} cannot reach it: ${connection.lost() ?? opened.error}`;
    return err({
      kind: 'connect',
      message: `${place}: ${common}`,
      common,
      isTransient: !/not allow/.test(opened.error),
    });
  };
}

/** The failure of a jump host, told as that of the host behind it. */
function throughJump({ target, jump }: JumpRequest, failure: Failure): Failure {
  if (!('message' in failure)) return failure;
  const common = `through the jump host ${jump}: ${failure.message}`;
  const message = `${placeOf(target)}, ${common}`;
  switch (failure.kind) {
    case 'connect':
    case 'host-key':
    case 'auth':
    case 'timeout':
      // All hosts behind it share the trouble of a jump host.
      return { ...failure, message, common };
    default:
      return { ...failure, message };
  }
}
