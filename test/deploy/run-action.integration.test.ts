import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionEnd, runAction } from '../../src/deploy/run-action.ts';
import type { NodeAction, Words } from '../../src/domain/action.ts';
import { surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sure } from './sample-state.ts';

let host: NamespaceHost;
let listener: ChildProcess;
beforeAll(() => {
  host = startNamespaceHost();
  host.sh(aptSources);
  const program = `import socket, time; s = socket.create_server(("127.0.0.1", 7777)); time.sleep(600)`;
  listener = spawn('nsenter', ['-t', String(host.pid), '-n', '/usr/bin/python3', '-c', program], { stdio: 'ignore' });
});
afterAll(() => {
  listener.kill();
  host.stop();
});

/** An archive of two packages, which own nothing but files below /etc, and all that apt keeps in folders of the host's own. */
const aptSources = `set -e
for folder in /var/cache/apt /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /var/cache/apt/archives/partial /run/archive
rm -rf /etc/apt/sources.list.d /var/lib/apt/lists; mkdir -p /etc/apt/sources.list.d /var/lib/apt/lists/partial
echo 'deb [trusted=yes] copy:/run/archive ./' >/etc/apt/sources.list
for name in one two; do
  mkdir -p "/run/build/$name/DEBIAN" "/run/build/$name/etc/mlbroute-test"; echo "$name" >"/run/build/$name/etc/mlbroute-test/$name"
  { printf 'Package: mlbroute-test-%s\\nVersion: 1\\nArchitecture: all\\nMaintainer: nobody <nobody@example.com>\\n' "$name"
    [ "$name" = one ] || echo 'Depends: mlbroute-test-one'
    echo 'Description: for a test'; } >"/run/build/$name/DEBIAN/control"
  dpkg-deb --build --root-owner-group "/run/build/$name" "/run/archive/$name.deb"
  { cat "/run/build/$name/DEBIAN/control"
    printf 'Filename: ./%s.deb\\nSize: %s\\nSHA256: %s\\n\\n' "$name" "$(stat -c %s "/run/archive/$name.deb")" "$(sha256sum <"/run/archive/$name.deb" | cut -d' ' -f1)"
  } >>/run/archive/Packages
done >/dev/null`;

async function run(action: NodeAction, wish: 'look' | 'act' = 'act'): Promise<ActionEnd> {
  const session = sure(await host.connect(host.connection));
  return sure(await runAction(action, { session, wish }, surroundingsOf(host.connect)));
}

const command = (argv: Words, more: Partial<Extract<NodeAction, { kind: 'command' }>> = {}): NodeAction => ({
  ...{ kind: 'command', argv, stdin: null, chdir: null, creates: null, unless: null },
  ...{ ok: [0], changed: true, timeoutS: 30 },
  ...more,
});
const sh = (text: string, more = {}) => command(['sh', '-c', text], more);
const wait = (until: Extract<NodeAction, { kind: 'wait' }>['until'], timeoutS = 30): NodeAction => {
  return { kind: 'wait', until, everyS: 1, timeoutS };
};
const packages = (state: 'present' | 'absent', ...names: readonly string[]): NodeAction => {
  return { kind: 'package', names: names.map((name) => `mlbroute-test-${name}`), state, timeoutS: 60 };
};
const done = (stdout: string, more = {}) => ({
  kind: 'done',
  result: {
    rc: 0,
    stdout,
    stdout_lines: stdout === '' ? [] : stdout.split('\n'),
    stderr: '',
    changed: true,
    skipped: false,
    ...more,
  },
});
const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => String(first + i));

describe('an action on a host', () => {
  it.each<[string, NodeAction, object]>([
    ['gives what a command said', sh('echo one; echo two; echo three >&2'), done('one\ntwo', { stderr: 'three' })],
    [
      'gives a command its words as they are',
      command(['printf', '%s|', "it's", '$HOME', 'a  b']),
      done("it's|$HOME|a  b|"),
    ],
    ['gives it no input', command(['cat']), done('')],
    ['gives it the input that is asked for', command(['cat'], { stdin: "it's\n\nall" }), done("it's\n\nall")],
    ['runs it where it is asked to', command(['pwd'], { chdir: '/etc' }), done('/etc')],
    [
      'fails where that is not there',
      command(['pwd'], { chdir: '/nowhere' }),
      { kind: 'failed', message: 'exit code 1' },
    ],
    [
      'fails with the last lines of both outputs',
      sh('seq 1 30; echo why >&2; exit 3'),
      { kind: 'failed', message: 'exit code 3', output: [...numbers(12, 30), 'why'] },
    ],
    [
      'fails where there is no such program',
      command(['no-such-program']),
      { kind: 'failed', message: 'exit code 127' },
    ],
    ['takes other exit codes for good', sh('exit 3', { ok: [0, 3] }), done('', { rc: 3 })],
    ['and for no change', sh('exit 0', { ok: [0, 3], changed: [3] }), done('', { changed: false })],
    ['or for a change', sh('exit 3', { ok: [0, 3], changed: [3] }), done('', { rc: 3 })],
    ['changes nothing where that is said', sh('echo x', { changed: false }), done('x', { changed: false })],
    [
      'ends a command that takes too long',
      command(['sleep', '60'], { timeoutS: 1 }),
      { kind: 'failed', message: 'not done after 1 s', output: [] },
    ],
    [
      'has nothing to do where a path is there',
      sh('exit 1', { creates: '/etc/passwd' }),
      { kind: 'idle', why: '/etc/passwd is there' },
    ],
    ['has something to do where it is not', sh('echo x', { creates: '/etc/nothing' }), done('x')],
    [
      'has nothing to do where a command says so',
      sh('exit 1', { unless: ['test', '-d', '/etc'] }),
      { kind: 'idle', why: null },
    ],
    [
      'asks that in the same folder',
      sh('exit 1', { chdir: '/etc', unless: ['test', '-f', 'passwd'] }),
      { kind: 'idle', why: null },
    ],
    [
      'has something to do where it does not',
      sh('pwd', { unless: ['sh', '-c', 'cd /etc; false'], chdir: '/run' }),
      done('/run'),
    ],
    ['waits some time', wait({ kind: 'seconds', seconds: 1 }), done('', { changed: false })],
    ['waits for a port', wait({ kind: 'port', port: 7777 }), done('', { changed: false })],
    [
      'waits for a command',
      wait({ kind: 'command', argv: ['test', '-e', '/etc/passwd'] }),
      done('', { changed: false }),
    ],
    [
      'waits no longer than it may',
      wait({ kind: 'port', port: 7778 }, 1),
      { kind: 'failed', message: 'still not so after 1 s' },
    ],
  ])('%s', async (_, action, expected) => {
    expect(await run(action)).toMatchObject(expected);
  });

  it('only looks where that is asked for', async () => {
    expect(await run(sh('touch /run/looked', { creates: '/run/looked' }), 'look')).toEqual({ kind: 'due' });
    expect(host.sh('ls /run')).not.toContain('looked');
    expect(await run(sh('exit 1', { unless: ['true'] }), 'look')).toEqual({ kind: 'idle', why: null });
  });

  it('installs packages of which one is missing, and removes none that another needs', async () => {
    expect(await run(packages('absent', 'one', 'two'), 'look')).toEqual({ kind: 'idle', why: null });
    expect(await run(packages('present', 'one', 'two'), 'look')).toEqual({ kind: 'due' });
    // The archive was never read: the second attempt does that.
    expect(await run(packages('present', 'one', 'two'))).toMatchObject({ kind: 'done', result: { changed: true } });
    expect(host.sh('cat /etc/mlbroute-test/*')).toBe('one\ntwo\n');
    expect(await run(packages('present', 'two'))).toEqual({ kind: 'idle', why: null });
    const needed = await run(packages('absent', 'one'));
    expect(needed).toMatchObject({ kind: 'failed', output: [expect.stringContaining('mlbroute-test-two needs it')] });
    expect(await run(packages('absent', 'one', 'two'))).toMatchObject({ kind: 'done' });
    expect(host.sh('ls /etc/mlbroute-test 2>&1 || :')).not.toMatch(/one|two/);
    const unknown = await run(packages('present', 'three'));
    expect(unknown).toMatchObject({ kind: 'failed', message: 'exit code 100' });
    expect(unknown.kind === 'failed' && unknown.output.join()).toContain(
      'Unable to locate package mlbroute-test-three',
    );
  });
});
