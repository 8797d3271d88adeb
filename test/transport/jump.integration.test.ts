import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection } from '../../src/domain/host.ts';
import { createConnect } from '../../src/transport/connect.ts';
import type { Session } from '../../src/transport/session.ts';
import { type Sshd, startSshd } from './sshd.ts';

let scratch: string;
let bastion: Sshd;
let closed: Sshd;
let node: Sshd;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-jump-'));
  bastion = await startSshd();
  closed = await startSshd({ config: ['AllowTcpForwarding no'] });
  node = await startSshd();
});

afterAll(async () => {
  for (const server of [bastion, closed, node]) await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function block(name: string, server: Sshd, lines: readonly string[] = []): string[] {
  const own = [`Port ${server.port}`, `IdentityFile ${server.keyFile}`, `UserKnownHostsFile ${server.knownHostsFile}`];
  return [`Host ${name}`, ...lines, 'HostName 127.0.0.1', 'User root', 'IdentitiesOnly yes', ...own];
}

/** The node as the files of ssh reach it; all of it is theirs to say. */
function behind(jumps: string, lines: readonly string[] = []): HostConnection {
  const file = join(scratch, `config-${Math.random().toString(36).slice(2)}`);
  const blocks = [
    ...lines,
    ...block('first', bastion),
    ...block('second', bastion, ['ProxyJump first']),
    ...block('shut', closed),
    ...block('n1', node, [`ProxyJump ${jumps}`]),
  ];
  writeFileSync(file, `${blocks.join('\n')}\n`);
  const args = { transport: { kind: 'ssh2' }, sshArguments: ['-F', file] } as const;
  return node.connection({ address: 'n1', privateKeyFiles: [], knownHostsFiles: null, user: 'nobody', ...args });
}

const connectWith = () => createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, attempts: 3 });
const run = (session: Session, program: string) => session.run({ program, deadlineMs: 60_000, onLine: null });
const logins = (server: Sshd) => server.log().split('Accepted publickey').length - 1;

describe('a jump host', () => {
  it('holds one connection for many hosts behind it, and each of these has its own', async () => {
    const connect = connectWith();
    const host = behind('first');
    const before = [logins(bastion), logins(node)];
    const opened = await Promise.all([1, 2, 3, 4, 5].map(() => connect(host)));
    const sessions = opened.map((each) => {
      if (!each.ok) throw new Error(JSON.stringify(each.error));
      return each.value;
    });
    const answers = await Promise.all(sessions.map((session, n) => run(session, `echo ${n}`)));
    expect(answers.map((answer) => answer.ok && answer.value.stdout)).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n']);
    await Promise.all(sessions.map((session) => session.close()));
    expect([logins(bastion) - (before[0] ?? 0), logins(node) - (before[1] ?? 0)]).toEqual([1, 5]);
  });

  it('carries much, both ways', async () => {
    const opened = await connectWith()(behind('first'));
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const result = await run(opened.value, `cat <<'END'\n${'x'.repeat(3_000_000)}\nEND\n`);
    await opened.value.close();
    expect(result.ok && result.value.stdout.length).toBe(3_000_001);
  });

  it.each([
    ['may be two, by name', 'first,second'],
    ['may be one behind another by its own settings', 'second'],
  ])('%s', async (_, jumps) => {
    const opened = await connectWith()(behind(jumps));
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    expect(await run(opened.value, 'id -un')).toMatchObject({ ok: true, value: { stdout: 'root\n' } });
    await opened.value.close();
  });

  type Refusal = readonly [string, string, readonly string[], object];
  it.each<Refusal>([
    [
      'must show a key that is known',
      'first',
      ['Host first', 'UserKnownHostsFile /dev/null'],
      { kind: 'host-key', message: expect.stringMatching(/through the jump host 127.0.0.1:\d+: .*not in known_hosts/) },
    ],
    [
      'leads to a host that must show a key that is known',
      'first',
      ['Host n1', 'UserKnownHostsFile /dev/null'],
      { kind: 'host-key', message: expect.stringMatching(/^\[127.0.0.1\]:\d+ is not in known_hosts/) },
    ],
    [
      'must let one in',
      'first',
      ['Host first', 'User missing'],
      { kind: 'auth', message: expect.stringMatching(/through the jump host/) },
    ],
    [
      'must be willing',
      'shut',
      [],
      { kind: 'connect', isTransient: false, message: expect.stringMatching(/cannot reach it: .*AllowTcpForwarding/) },
    ],
    [
      'must reach the host',
      'first',
      ['Host n1', 'Port 1'],
      {
        kind: 'connect',
        isTransient: true,
        message: expect.stringMatching(/127.0.0.1:1: the jump host .* cannot reach it: /),
      },
    ],
  ])('%s', async (_, jumps, lines, expected) => {
    expect(await connectWith()(behind(jumps, lines))).toMatchObject({ ok: false, error: expected });
  });

  it('takes the hosts behind it along where it is lost, and is tried anew by the next', async () => {
    const connect = connectWith();
    const host = behind('first');
    const opened = await connect(host);
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const lost = run(opened.value, 'sleep 60');
    for (const pid of bastion.sessionPids()) process.kill(pid, 'SIGKILL');
    expect(await lost).toMatchObject({
      ok: false,
      error: { kind: 'connection-lost', message: expect.stringContaining('the jump host') },
    });
    await opened.value.close();
    const again = await connect(host);
    expect(again.ok).toBe(true);
    if (again.ok) await again.value.close();
  });
});
