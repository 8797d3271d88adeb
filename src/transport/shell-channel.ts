import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Channel } from './channel.ts';
import { type Deadlines, within } from './deadlines.ts';
import { errorText } from './error-code.ts';
import type { Connection } from './login.ts';
import { collectOutput, type Output } from './output.ts';
import { explainNoShell, type ShellStart, startShell } from './shell.ts';

/** How to run on one host. */
export type Runner = {
  readonly host: Pick<HostConnection, 'user' | 'become'>;
  readonly deadlines: Deadlines;
  /** A fresh text nobody can guess, of letters and digits. */
  readonly makeToken: () => string;
};

/** A shell on a channel of its own, which takes programs. */
export type Shell = {
  readonly channel: Channel;
  readonly output: Output;
  readonly start: ShellStart;
  readonly refused: Promise<Failure>;
  isReady: boolean;
  isOver: boolean;
};

/** Nothing ran, so that it may be tried again. */
export type NotStarted = { readonly kind: 'not-started'; readonly reason: string };

/** Starts a shell on a channel of its own; where it may, it takes a program at once. */
export async function openShell(
  connection: Connection,
  { host, deadlines, makeToken }: Runner,
): Promise<Result<Shell, Failure | NotStarted>> {
  const start = startShell(host, makeToken());
  const opening = openChannel(connection, start.command);
  const late = giveUp(connection, 'the host opened no channel', deadlines.channelMs);
  const opened = await within(deadlines.channelMs, opening, late);
  if (!opened.ok) return opened;
  const channel = opened.value;
  const { onSaid, refused } = answerPrompts(channel, start.passwordPrompt, host);
  const output = collectOutput(channel, start.readyMarker, onSaid);
  // A write after the shell has ended fails; how it ended tells more.
  channel.stdin.on('error', () => {});
  const shell: Shell = { channel, output, start, refused, isReady: false, isOver: false };
  void channel.ended.then(() => {
    shell.isOver = true;
  });
  return ok(shell);
}

/** Waits until a shell is ready; gives why it never will be. */
export function awaitShell(
  { channel, output, refused }: Shell,
  connection: Connection,
  { host, deadlines }: Runner,
): Promise<Failure | NotStarted | null> {
  const starting = Promise.race([
    output.ready.then(() => null),
    output.stopped,
    refused,
    noShell(channel, host, output.said),
  ]);
  return within<Awaited<typeof starting>>(deadlines.shellMs, starting, () =>
    shellTooLate(connection, host, output.said(), deadlines.shellMs),
  );
}

/** Only the end of its connection tells a host that nobody waits any more. */
export function giveUp(connection: Connection, message: string, afterMs: number) {
  return () => {
    connection.destroy();
    return err<Failure>({ kind: 'timeout', message, afterMs });
  };
}

async function openChannel(connection: Connection, command: string): Promise<Result<Channel, Failure | NotStarted>> {
  try {
    return ok(await connection.exec(command));
  } catch (error) {
    return err({ kind: 'not-started', reason: errorText(error) });
  }
}

/** Resolves with the reason when the command ends; that is before the shell was ready, or `ready` has won the race. */
async function noShell(channel: Channel, host: Runner['host'], said: () => string): Promise<Failure | NotStarted> {
  const ended = await channel.ended;
  if (ended === null) return { kind: 'not-started', reason: 'it closed the channel at once' };
  const reason = channel.whyNotStarted(ended.exitCode, said());
  if (reason !== null) return { kind: 'not-started', reason };
  return explainNoShell(host, { exitCode: ended.exitCode, said: said() });
}

function shellTooLate(connection: Connection, host: Runner['host'], said: string, afterMs: number): Failure {
  connection.destroy();
  const words = said.trim();
  const what = `no shell was ready for ${host.become?.user ?? host.user}`;
  return { kind: 'timeout', message: words === '' ? what : `${what}; the host said "${words}"`, afterMs };
}

/** Gives sudo the password when it asks, once. Sending it unasked could hand it to the shell as a program. */
function answerPrompts(channel: Channel, prompt: string | null, host: Runner['host']) {
  let isAnswered = false;
  let refuse = (_failure: Failure) => {};
  const refused = new Promise<Failure>((resolve) => {
    refuse = resolve;
  });
  const onSaid = (said: string) => {
    if (prompt === null || !host.become?.password) return;
    const asked = said.split(prompt).length - 1;
    if (asked > 0 && !isAnswered) {
      isAnswered = true;
      channel.stdin.write(`${host.become.password.reveal()}\n`);
    }
    // Not a second time: three wrong answers can lock an account.
    if (asked > 1) refuse({ kind: 'become', message: `sudo refused the password of ${host.user}` });
  };
  return { onSaid, refused };
}
