import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Channel } from './channel.ts';
import { within } from './deadlines.ts';
import type { Connection } from './login.ts';
import type { RunRequest, RunResult, Session } from './session.ts';
import { wrapProgram } from './shell.ts';
import { awaitShell, giveUp, type NotStarted, openShell, type Runner, type Shell } from './shell-channel.ts';

/** A program is sent in pieces of this many bytes, each when the host has room for it. */
const pieceLength = 64 * 1024;

/** A host that allows one channel at a time may not have put away the last one yet when the next is asked for. */
const channelPausesMs = [50, 200, 500];

/**
 * Makes the function that runs programs on a host, each on a channel of its own or in the shell that the one before has left; asks for a channel again
 * where the host started no command. Every trouble is a failure; only what `onLine` throws rejects.
 */
export function createRun(connection: Connection, runner: Runner): Session['run'] {
  const kept: Kept = { shell: null };
  return async (request) => {
    for (let attempt = 0; ; attempt += 1) {
      const result = await runOnce(connection, request, runner, kept);
      if (result.ok) return result;
      if (result.error.kind !== 'not-started') return err(result.error);
      if (connection.lost() !== null) return err(lostFailure(connection));
      const pauseMs = channelPausesMs[attempt];
      if (pauseMs === undefined) return err(refusedFailure(result.error.reason));
      await sleep(pauseMs);
    }
  };
}

/** The shell that nobody uses now, if there is one. */
type Kept = { shell: Shell | null };

async function runOnce(
  connection: Connection,
  request: RunRequest,
  runner: Runner,
  kept: Kept,
): Promise<Result<RunResult, Failure | NotStarted>> {
  const isShared = request.shell === 'shared';
  const there = isShared ? takeKept(kept) : null;
  const opened = there === null ? await openShell(connection, runner) : ok(there);
  if (!opened.ok) return opened;
  const shell = opened.value;
  const { channel, output, start } = shell;
  const endMarker = isShared ? `mlbroute-ended-${runner.makeToken()}` : null;
  const program = output.take({ onLine: request.onLine, endMarker });
  const send = () => sendProgram(channel, wrapProgram(request.program, endMarker), { isLast: !isShared });
  let isStaying = false;
  try {
    // Where nothing but the shell can read it, the program need not wait for the shell: that saves a round trip.
    const isSentAtOnce = shell.isReady || start.passwordPrompt === null;
    if (isSentAtOnce) send();
    if (!shell.isReady) {
      const failure = await awaitShell(shell, connection, runner);
      if (failure !== null) return err(failure);
      shell.isReady = true;
    }
    if (!isSentAtOnce) send();

    const ending = Promise.race([
      program.ended.then((exitCode) => ok({ exitCode, isStaying: true })),
      channel.ended.then((ended) => ok(ended === null ? null : { ...ended, isStaying: false })),
      output.stopped.then((stop) => err(stop)),
    ]);
    const late = giveUp(connection, 'the program did not end', request.deadlineMs);
    const ended = await within<Awaited<typeof ending>>(request.deadlineMs, ending, late);
    if (!ended.ok) return ended;
    if (ended.value === null) return err(lostFailure(connection));
    isStaying = ended.value.isStaying;
    return ok({ exitCode: ended.value.exitCode, stdout: program.stdout(), stderr: program.stderr() });
  } finally {
    if (isStaying && kept.shell === null) kept.shell = shell;
    else channel.close();
  }
}

function takeKept(kept: Kept): Shell | null {
  const { shell } = kept;
  kept.shell = null;
  return shell?.isOver === true ? null : shell;
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

/** Sends a program; after the last one the shell's input ends. */
function sendProgram(channel: Channel, program: string, { isLast }: { readonly isLast: boolean }): void {
  const bytes = Buffer.from(program, 'utf8');
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += pieceLength) yield bytes.subarray(at, at + pieceLength);
  };
  Readable.from(pieces(), { objectMode: false }).pipe(channel.stdin, { end: isLast });
}
