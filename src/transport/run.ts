import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Channel } from './channel.ts';
import { type Deadlines, within } from './deadlines.ts';
import { errorText } from './error-code.ts';
import type { Connection } from './login.ts';
import { collectOutput } from './output.ts';
import type { RunRequest, RunResult } from './session.ts';
import { explainNoShell, startShell, wrapProgram } from './shell.ts';

/** How to run on one host. */
export type Runner = {
  readonly host: Pick<HostConnection, 'user' | 'become'>;
  readonly deadlines: Deadlines;
  /** A fresh text nobody can guess, of letters and digits. */
  readonly makeToken: () => string;
};

/** A program is sent in pieces of this many bytes, each when the host has room for it. */
const pieceLength = 64 * 1024;

/** A host that allows one channel at a time may not have put away the last one yet when the next is asked for. */
const channelPausesMs = [50, 200, 500];

/**
 * Runs a program on a channel of its own; asks for it again where the host started no command. Every trouble is a failure; only what `onLine`
 * throws rejects.
 */
export async function runProgram(
  connection: Connection,
  request: RunRequest,
  runner: Runner,
): Promise<Result<RunResult, Failure>> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await runOnce(connection, request, runner);
    if (result.ok) return result;
    if (result.error.kind !== 'not-started') return err(result.error);
    if (connection.lost() !== null) return err(lostFailure(connection));
    const pauseMs = channelPausesMs[attempt];
    if (pauseMs === undefined) return err(refusedFailure(result.error.reason));
    await sleep(pauseMs);
  }
}

/** Nothing ran, so that it may be tried again. */
type NotStarted = { readonly kind: 'not-started'; readonly reason: string };

async function runOnce(
  connection: Connection,
  request: RunRequest,
  { host, deadlines, makeToken }: Runner,
): Promise<Result<RunResult, Failure | NotStarted>> {
  const shell = startShell(host, makeToken());
  // Only the end of its connection tells a host that nobody waits any more.
  const giveUp = (message: string, afterMs: number) => () => {
    connection.destroy();
    return err<Failure>({ kind: 'timeout', message, afterMs });
  };

  const opening = openChannel(connection, shell.command);
  const opened = await within(deadlines.channelMs, opening, giveUp('the host opened no channel', deadlines.channelMs));
  if (!opened.ok) return opened;
  const channel = opened.value;

  const prompts = answerPrompts(channel, shell.passwordPrompt, host);
  const output = collectOutput(channel, shell.readyMarker, { onSaid: prompts.onSaid, onLine: request.onLine });
  const send = () => sendProgram(channel, wrapProgram(request.program));
  try {
    // Where nothing but the shell can read it, the program need not wait for the shell: that saves a round trip.
    if (shell.passwordPrompt === null) send();
    const starting = Promise.race([
      output.ready.then(() => null),
      output.stopped,
      prompts.refused,
      noShell(channel, host, output.said),
    ]);
    const failure = await within(deadlines.shellMs, starting, () =>
      shellTooLate(connection, host, output.said(), deadlines.shellMs),
    );
    if (failure !== null) return err(failure);
    if (shell.passwordPrompt !== null) send();

    const ending = Promise.race([channel.ended.then(ok), output.stopped.then((stop) => err(stop))]);
    const ended = await within(request.deadlineMs, ending, giveUp('the program did not end', request.deadlineMs));
    if (!ended.ok) return ended;
    if (ended.value === null) return err(lostFailure(connection));
    return ok({ exitCode: ended.value.exitCode, stdout: output.stdout(), stderr: output.stderr() });
  } finally {
    channel.close();
  }
}

async function openChannel(connection: Connection, command: string): Promise<Result<Channel, Failure | NotStarted>> {
  try {
    return ok(await connection.exec(command));
  } catch (error) {
    return err({ kind: 'not-started', reason: errorText(error) });
  }
}

function refusedFailure(reason: string): Failure {
  const message = `the host did not start a command: ${reason} (MaxSessions in its sshd_config limits them)`;
  return { kind: 'protocol', message };
}

function lostFailure(connection: Connection): Failure {
  return {
    kind: 'connection-lost',
    message: `connection lost: ${connection.lost() ?? 'the host closed the channel without saying how the program ended'}`,
  };
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

function sendProgram(channel: Channel, program: string): void {
  const bytes = Buffer.from(program, 'utf8');
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += pieceLength) yield bytes.subarray(at, at + pieceLength);
  };
  // A write after the shell has ended fails; how it ended tells more.
  channel.stdin.on('error', () => {});
  Readable.from(pieces(), { objectMode: false }).pipe(channel.stdin);
}
