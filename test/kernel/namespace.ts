import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';

/** A network namespace with the running kernel's own routing, and nothing of this machine's. */
export type Namespace = {
  /** A process in it, as `ip link set … netns` takes it. */
  readonly pid: string;
  /** Runs a shell script in it; throws with its output where it fails. */
  readonly sh: (script: string) => string;
  /** Runs a batch of ip(8) to its end whatever fails; `errors` has the kernel's complaint by line number, which counts from 1. */
  readonly ipBatch: (
    options: readonly string[],
    lines: readonly string[],
  ) => { readonly answers: readonly string[]; readonly errors: ReadonlyMap<number, string> };
  readonly stop: () => void;
};

/** Needs root, unshare(1), nsenter(1) and ip(8); throws with the reason where one is missing. */
export function openNamespace(): Namespace {
  if (process.getuid?.() !== 0) throw new Error('this test makes network namespaces: run it as root');
  for (const tool of ['/usr/bin/unshare', '/usr/bin/nsenter'])
    if (!existsSync(tool)) throw new Error(`${tool} is missing: apt-get install util-linux`);
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  const pid = String(holder.pid ?? 0);
  waitForNamespace(pid);
  const enter = ['-t', pid, '-n'];
  return {
    pid,
    sh: (script) => {
      const { status, stdout, stderr } = spawnSync('nsenter', [...enter, 'sh', '-euc', script], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`exit ${status}\n${script}\n${stdout}${stderr}`);
      return stdout;
    },
    ipBatch: (options, lines) => {
      const { stdout, stderr, error } = spawnSync('nsenter', [...enter, 'ip', ...options, '-force', '-batch', '-'], {
        input: `${lines.join('\n')}\n`,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      if (error !== undefined) throw error;
      return { answers: stdout.split('\n').filter((line) => line.trim() !== ''), errors: errorsOf(stderr) };
    },
    stop: () => end(holder),
  };
}

function errorsOf(stderr: string): ReadonlyMap<number, string> {
  const errors = new Map<number, string>();
  let message = '';
  for (const line of stderr.split('\n')) {
    const number = /^Command failed -:(\d+)$/.exec(line)?.[1];
    if (number === undefined) message = line.replace(/^RTNETLINK answers: /, '');
    else errors.set(Number(number), message);
  }
  return errors;
}

function waitForNamespace(pid: string): void {
  const own = readlinkSync('/proc/self/ns/net');
  for (let attempt = 0; attempt < 500; attempt++) {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep' && readlinkSync(`/proc/${pid}/ns/net`) !== own)
      return;
    execFileSync('sleep', ['0.01']);
  }
  throw new Error('unshare --net made no namespace within 5 s: is ip(8) here, and may this user make namespaces?');
}

function end(holder: ChildProcess): void {
  holder.kill('SIGKILL');
}
