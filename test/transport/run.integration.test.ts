import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnect } from '../../src/transport/connect.ts';
import type { RunRequest, RunResult, Session } from '../../src/transport/session.ts';
import { type Sshd, startSshd } from './sshd.ts';

let sshd: Sshd;
let session: Session;
const connect = createConnect({ homeDirectory: '/nonexistent', agentSocket: null, acceptNew: false });

/** Opens one more connection. */
async function open(): Promise<Session> {
  const opened = await connect(sshd.connection());
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

/** Runs a program that must come to its end. */
async function run(program: string, request: Partial<RunRequest> = {}): Promise<RunResult> {
  const result = await session.run({ program, deadlineMs: 20_000, onLine: null, ...request });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

beforeAll(async () => {
  sshd = await startSshd();
  session = await open();
});

afterAll(async () => {
  await session?.close();
  await sshd?.stop();
});

describe('a program on a host', () => {
  const cases: readonly { title: string; program: string; result: RunResult }[] = [
    {
      title: 'gives both outputs apart',
      program: 'echo out; echo err >&2',
      result: { exitCode: 0, stdout: 'out\n', stderr: 'err\n' },
    },
    { title: 'gives its exit code', program: 'exit 37', result: { exitCode: 37, stdout: '', stderr: '' } },
    {
      title: 'has no exit code when a signal ends it',
      program: 'kill -9 $$',
      result: { exitCode: null, stdout: '', stderr: '' },
    },
    { title: 'may be nothing but a comment', program: '#!/bin/sh', result: { exitCode: 0, stdout: '', stderr: '' } },
    { title: 'may be empty', program: '', result: { exitCode: 0, stdout: '', stderr: '' } },
    {
      title: 'keeps its line numbers',
      program: '\n\nnosuch',
      result: { exitCode: 127, stdout: '', stderr: 'sh: 3: nosuch: not found\n' },
    },
    {
      title: 'finds its standard input empty',
      program: 'cat\necho not eaten',
      result: { exitCode: 0, stdout: 'not eaten\n', stderr: '' },
    },
    { title: 'runs in the C locale', program: 'echo $LC_ALL', result: { exitCode: 0, stdout: 'C\n', stderr: '' } },
    {
      title: 'keeps every byte of a here-document',
      program: "cat <<'E'\n$x `y` \\z 'q' äöü\nE\n",
      result: { exitCode: 0, stdout: "$x `y` \\z 'q' äöü\n", stderr: '' },
    },
    {
      title: 'runs not at all where it is cut off',
      program: 'echo started; if true; then',
      result: { exitCode: 2, stdout: '', stderr: expect.stringContaining('Syntax error') as unknown as string },
    },
  ];
  for (const { title, program, result } of cases) {
    it(title, async () => {
      expect(await run(program)).toEqual(result);
    });
  }

  it('tells each line when it comes, the last one without a newline too', async () => {
    const lines: { line: string; at: number }[] = [];
    const onLine = (line: string) => lines.push({ line, at: performance.now() });
    const { stdout } = await run('echo one; sleep 0.5; printf "two\\nthr"; printf "ee"', { onLine });
    expect(stdout).toBe('one\ntwo\nthree');
    expect(lines.map(({ line }) => line)).toEqual(['one', 'two', 'three']);
    expect((lines[1]?.at ?? 0) - (lines[0]?.at ?? 0)).toBeGreaterThan(300);
  });

  it('may be 200 KB', async () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join('\n');
    expect((await run(`wc -c <<'E'\n${text}\nE\n`)).stdout.trim()).toBe(String(text.length + 1));
    expect(text.length).toBeGreaterThan(200_000);
  });

  it('may be larger than an SSH window', async () => {
    const text = 'x'.repeat(5_000_000);
    expect((await run(`wc -c <<'E'\n${text}\nE\n`)).stdout.trim()).toBe('5000001');
  });

  it('may print 5 MB on each output, whole characters only', async () => {
    const lines: string[] = [];
    const program =
      'awk \'BEGIN { for (i = 0; i < 500000; i++) { print "zeil€ " i; print "fehl€r" i > "/dev/stderr" } }\'';
    const { stdout, stderr } = await run(program, { onLine: (line) => lines.push(line) });
    expect(Buffer.byteLength(stdout)).toBeGreaterThan(5_000_000);
    expect(stdout).not.toContain('\ufffd');
    expect(stdout.split('\n').length).toBe(500_001);
    expect(lines.length).toBe(500_000);
    expect(lines.at(-1)).toBe('zeil€ 499999');
    expect(stderr.endsWith('fehl€r499999\n')).toBe(true);
  });

  it('does not wait for what it leaves running', async () => {
    const started = performance.now();
    expect((await run('sleep 30 & echo done')).stdout).toBe('done\n');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('may run in the shell of the one before, as its own part of the output', async () => {
    const lines: string[] = [];
    const shared = { shell: 'shared', onLine: (line: string) => lines.push(line) } as const;
    const first = await run('pid=$$; echo "$pid"; printf half', shared);
    const second = await run('echo "$pid"; cat; false', shared);
    expect(second).toEqual({ exitCode: 1, stdout: first.stdout.replace('half', ''), stderr: '' });
    expect(lines).toEqual([...first.stdout.split('\n'), second.stdout.trim()]);
    // Whoever does not ask for it gets a shell of its own.
    expect((await run('echo "$pid"')).stdout).toBe('\n');
    // Two at once need two shells.
    const both = await Promise.all([1, 2].map((index) => run(`sleep 0.2; echo ${index} $$`, shared)));
    expect(new Set(both.map(({ stdout }) => stdout.split(' ')[1])).size).toBe(2);
  });

  it('that ends the shell of others ends as one of its own does', async () => {
    const shared = { shell: 'shared' } as const;
    expect(await run('echo here; exit 3', shared)).toEqual({ exitCode: 3, stdout: 'here\n', stderr: '' });
    expect(await run('kill -9 $$', shared)).toEqual({ exitCode: null, stdout: '', stderr: '' });
    expect((await run('echo if; if', shared)).stderr).toContain('Syntax error');
    expect(await run('echo new', shared)).toEqual({ exitCode: 0, stdout: 'new\n', stderr: '' });
  });

  it('runs not at all where its shell was ended meanwhile', async () => {
    const { stdout } = await run('echo $$', { shell: 'shared' });
    execFileSync('nsenter', ['-t', String(sshd.sessionPids()[0]), '-p', '-m', 'kill', '-9', stdout.trim()]);
    await sleep(300);
    expect((await run('echo new', { shell: 'shared' })).stdout).toBe('new\n');
  });

  it('may follow others on one connection, and run beside others', async () => {
    for (let index = 0; index < 12; index += 1) expect((await run(`echo ${index}`)).stdout).toBe(`${index}\n`);
    const beside = await Promise.all([1, 2, 3].map((index) => run(`sleep 0.1; echo ${index}`)));
    expect(beside.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
  });

  it('rejects with what the listener throws, and spares the connection', async () => {
    const onLine = () => {
      throw new Error('listener broke');
    };
    await expect(session.run({ program: 'echo x; sleep 5', deadlineMs: 20_000, onLine })).rejects.toThrow(
      'listener broke',
    );
    expect((await run('echo fine')).stdout).toBe('fine\n');
  });
});

describe('a connection that ends too early', () => {
  it('fails the run when sshd dies, and every run after it', async () => {
    const others = new Set(sshd.sessionPids());
    const doomed = await open();
    const [pid] = sshd.sessionPids().filter((one) => !others.has(one));
    const running = doomed.run({
      program: 'echo begun; sleep 30',
      deadlineMs: 20_000,
      onLine: () => process.kill(pid ?? 0, 'SIGKILL'),
    });
    expect(await running).toMatchObject({ ok: false, error: { kind: 'connection-lost' } });
    expect(await doomed.run({ program: 'true', deadlineMs: 1000, onLine: null })).toMatchObject({
      ok: false,
      error: { kind: 'connection-lost' },
    });
    await doomed.close();
    await doomed.close();
  });

  it('is cut at the deadline', async () => {
    const slow = await open();
    const started = performance.now();
    const result = await slow.run({ program: 'sleep 30', deadlineMs: 300, onLine: null });
    expect(result).toEqual({ ok: false, error: { kind: 'timeout', message: 'the program did not end', afterMs: 300 } });
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await slow.run({ program: 'true', deadlineMs: 1000, onLine: null })).toMatchObject({
      ok: false,
      error: { kind: 'connection-lost' },
    });
    await slow.close();
  });

  it('fails a run that is under way when it is closed on this side', async () => {
    const closing = await open();
    const running = closing.run({ program: 'sleep 30', deadlineMs: 20_000, onLine: null });
    await closing.close();
    expect(await running).toEqual({
      ok: false,
      error: { kind: 'connection-lost', message: 'connection lost: it was closed on this side' },
    });
  });

  it('stops a program that prints without end', async () => {
    const wild = await open();
    const result = await wild.run({
      program: 'yes 0123456789012345678901234567890123456789',
      deadlineMs: 50_000,
      onLine: null,
    });
    expect(result).toEqual({ ok: false, error: { kind: 'protocol', message: 'the program printed more than 64 MiB' } });
    await wild.close();
  });
});
