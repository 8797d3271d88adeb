import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryOut } from '../../src/deploy/carry-out.ts';
import type { Deployment, Surroundings } from '../../src/deploy/deployment.ts';
import { hasNothingToDo, type Look, look } from '../../src/deploy/look.ts';
import { observe } from '../../src/deploy/observe.ts';
import { parseIp } from '../../src/domain/address.ts';
import type { HostPlan } from '../../src/domain/change.ts';
import type { HostOutcome } from '../../src/domain/outcome.ts';
import { err, ok } from '../../src/domain/result.ts';
import { plainSight } from '../../src/domain/sight.ts';
import type { Connect } from '../../src/transport/session.ts';
import { deploymentOf, snapshotOf, surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sampleFiles, sampleState, sure } from './sample-state.ts';

const transaction = { id: 'test-1', owner: 'somebody', confirmWithinS: 5 };
const folder = '/var/lib/mlbroute/transactions/test-1';
let host: NamespaceHost;

beforeEach(() => {
  host = startNamespaceHost();
});
afterEach(() => host.stop());

async function seenBy(
  deployment: Deployment,
  surroundings: Surroundings = surroundingsOf(host.connect),
): Promise<Extract<Look, { kind: 'seen' }>> {
  const result = await look(deployment, 'change', surroundings);
  if (result.kind !== 'seen') throw new Error(JSON.stringify(result.outcome));
  return result;
}

async function pushTo(
  deployment: Deployment,
  surroundings: Surroundings = surroundingsOf(host.connect),
): Promise<HostOutcome> {
  return carryOut(await seenBy(deployment, surroundings), transaction, surroundings);
}

/** A push that takes mlbroute away. */
function removal(): Deployment {
  const nothing = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
  const leaving = deploymentOf(host, nothing, []);
  return {
    ...leaving,
    prepare: (observed) => {
      const prepared = leaving.prepare(observed);
      return prepared.ok ? ok({ ...prepared.value, manifest: null }) : prepared;
    },
  };
}

describe('a push', () => {
  it('brings files and kernel to the desired state, and a second one has nothing to do', async () => {
    const deployment = deploymentOf(host, sampleState, sampleFiles);
    expect(await pushTo(deployment)).toMatchObject({ status: 'changed' });
    expect(
      host.sh(
        'ip rule show; ip route show table 7100; ip route show table 6999; cat /proc/sys/net/ipv4/conf/eth1/rp_filter; iptables-save -t mangle',
      ),
    ).toMatch(
      /2000:.*iif eth1 lookup 6999[\s\S]*2011:.*fwmark 0x100\/0x1f00 lookup 7100[\s\S]*default via 1.2.3.1 dev eth1[\s\S]*blackhole 1.2.3.0\/24[\s\S]*\n2\n[\s\S]*-A PREROUTING -j MLBROUTE-PREROUTING/,
    );
    expect(host.sh('cat /etc/systemd/network/10-eth1.network.d/50-mlbroute.conf')).toBe(
      "# it's ours: $HOME `id` \\n\n",
    );
    expect(hasNothingToDo(await seenBy(deployment))).toBe(true);
  });

  it('leaves nothing of the transaction behind once it is confirmed', async () => {
    await pushTo(deploymentOf(host, sampleState, sampleFiles));
    expect(
      host
        .sh('ls -A /var/lib/mlbroute /var/lib/mlbroute/transactions; find /etc/systemd -name "mlbroute-revert*"')
        .trim()
        .split('\n'),
    ).toEqual([
      '/var/lib/mlbroute:',
      'dirs',
      'generations',
      'last',
      'manifest.json',
      'transactions',
      '',
      '/var/lib/mlbroute/transactions:',
    ]);
    expect(host.systemdCalls().some((call) => call.includes('--on-active=5s --timer-property=AccuracySec=100ms'))).toBe(
      true,
    );
    expect(host.systemdCalls()).toContain('systemctl stop mlbroute-revert-test-1.timer');
  });

  it('takes away what the last push made and nothing asks for any more', async () => {
    const before = snapshotOf(host);
    await pushTo(deploymentOf(host, sampleState, sampleFiles));
    const empty = { ...sampleState, decisions: [], routes: [], rules: [], chains: [], sysctls: [] };
    expect(await pushTo(deploymentOf(host, empty, []))).toMatchObject({ status: 'changed' });
    // Folders and the record stay; what they hold of ours does not.
    expect(snapshotOf(host).replaceAll(/^directory .*\n|^(manifest.json|dirs|generations)\n/gm, '')).toBe(
      before.replaceAll(/^directory .*\n/gm, ''),
    );
  });

  it('replaces the gateway of a route in place', async () => {
    await pushTo(deploymentOf(host, sampleState, sampleFiles));
    const routes = sampleState.routes.map((route) =>
      route.type === 'gateway' ? { ...route, gateway: '1.2.3.9' as typeof route.gateway } : route,
    );
    const seen = await seenBy(deploymentOf(host, { ...sampleState, routes }, sampleFiles));
    expect(seen.prepared.plan.runtime.map(({ sign, words }) => `${sign} ${words}`)).toEqual([
      '~ route default via 1.2.3.9 dev eth1 table 7100 (was default via 1.2.3.1 dev eth1 table 7100)',
    ]);
    expect(await carryOut(seen, transaction, surroundingsOf(host.connect))).toMatchObject({ status: 'changed' });
  });
});

describe('a host that must go back', () => {
  it('is as before whichever step fails', async () => {
    const before = snapshotOf(host);
    const steps = (await seenBy(deploymentOf(host, sampleState, sampleFiles))).prepared.plan.runtime.length;
    expect(steps).toBeGreaterThan(5);
    for (let failing = 0; failing < steps; failing++) {
      const deployment = deploymentOf(host, sampleState, sampleFiles, (plan) => ({
        ...plan,
        runtime: plan.runtime.map((change, i) =>
          i === failing
            ? { ...change, apply: [...change.apply, { argv: ['false'], why: 'the fault', stdin: null }] }
            : change,
        ),
      }));
      expect(await pushTo(deployment), `step ${failing}`).toMatchObject({
        status: 'reverted',
        because: { kind: 'step' },
      });
      expect(snapshotOf(host), `after a fault in step ${failing}`).toBe(before);
    }
  });

  it('is as before where a file cannot be put in place', async () => {
    // Room for one file and the folder, and none for the one that is to take its place.
    host.sh(
      'mkdir -p /etc/mlbroute; mount -t tmpfs -o nr_inodes=2 tmpfs /etc/mlbroute; echo mine >/etc/mlbroute/other',
    );
    const before = snapshotOf(host);
    expect(await pushTo(deploymentOf(host, sampleState, sampleFiles))).toMatchObject({
      status: 'reverted',
      because: {
        kind: 'step',
        step: 'write /etc/mlbroute/iptables.v4',
        message: expect.stringMatching(/^cannot write beside it: .*No space left on device/),
      },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('is as before, and not stranded, where a file that was not written yet can be written no more', async () => {
    await pushTo(deploymentOf(host, sampleState, sampleFiles));
    host.sh('mount --bind /etc/mlbroute /etc/mlbroute');
    const before = snapshotOf(host);
    const [first, ...others] = sampleFiles;
    if (first?.kind !== 'file') throw new Error('the first is a file');
    const readOnly: HostPlan['runtime'][number] = {
      ...{ sign: '+', subject: 'networkd', isBeforeFiles: true, words: 'the file system fails' },
      apply: [{ argv: ['mount', '-o', 'remount,bind,ro', '/etc/mlbroute'], why: 'the fault', stdin: null }],
      undo: [],
    };
    const changed = [{ ...first, content: `${first.content}# more\n` }, ...others];
    const deployment = deploymentOf(host, sampleState, changed, (plan) => ({ ...plan, runtime: [readOnly] }));
    expect(await pushTo(deployment)).toMatchObject({
      status: 'reverted',
      because: { message: expect.stringContaining('Read-only file system') },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('tells of each thing as it is done, and which was the last where its answer breaks off', async () => {
    const { apply } = await import('../../src/deploy/apply.ts');
    const steps: string[] = [];
    const surroundings: Surroundings = {
      ...surroundingsOf(host.connect),
      emit: (event) => {
        if (event.kind === 'step') steps.push(event.text);
      },
    };
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
    const session: typeof seen.session = {
      ...seen.session,
      run: async ({ onLine, ...request }) => {
        await seen.session.run({ ...request, onLine: (line) => (/ applied$/.test(line) ? undefined : onLine?.(line)) });
        return err({ kind: 'timeout', message: 'the program did not end', afterMs: 1 });
      },
    };
    const { sign, words } = seen.prepared.plan.runtime.at(-1) ?? {};
    expect(await apply({ ...seen, session }, transaction, surroundings)).toMatchObject({
      kind: 'lost',
      because: { message: `the program did not end; the last that the node had done: ${sign} ${words}` },
    });
    expect(steps.slice(0, 2)).toEqual(['armed: unconfirmed, it reverts in 5 s', '5 files written']);
  });

  it('is as before where the verification finds a difference', async () => {
    const before = snapshotOf(host);
    const surroundings = surroundingsOf(host.connect);
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
    const meddle: Connect = async (connection) => {
      host.sh('ip rule del priority 2011 2>/dev/null || true');
      return host.connect(connection);
    };
    expect(await carryOut(seen, transaction, { ...surroundings, connect: meddle })).toMatchObject({
      status: 'reverted',
      because: {
        kind: 'verification',
        findings: ['rule 2011 fwmark 0x100/0x1f00 lookup 7100 is missing in the running kernel'],
      },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('reverts by itself at the deadline where nobody can reach it, and the outcome says so', async () => {
    const before = snapshotOf(host);
    const surroundings = surroundingsOf(host.connect);
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
    let isTimerDone = false;
    const connect: Connect = async (connection) => {
      if (isTimerDone) return host.connect(connection);
      // The stand-in for systemd-run fires nothing; the timer's command is run here, as systemd would.
      host.sh(`sh ${folder}/transaction timer`);
      isTimerDone = true;
      return err({ kind: 'connect', message: 'no route to host', isTransient: true });
    };
    expect(await carryOut(seen, transaction, { ...surroundings, connect })).toMatchObject({ status: 'reverted' });
    expect(snapshotOf(host)).toBe(before);
  });

  it('is said to be reverted, not stranded, where it had put everything back before anybody came again', async () => {
    const before = snapshotOf(host);
    const surroundings = surroundingsOf(host.connect);
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
    const connect: Connect = async (connection) => {
      host.sh(`sh ${folder}/transaction timer`);
      return host.connect(connection);
    };
    expect(await carryOut(seen, transaction, { ...surroundings, connect })).toEqual({
      status: 'reverted',
      because: { kind: 'connection-lost', message: expect.stringContaining('it put everything back by itself') },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('gives back its files before the network comes up, where it went down while the push was open', async () => {
    const before = host.sh('cd /etc; find mlbroute sysctl.d systemd | sort; cat systemd/network/*');
    await applyOnly();
    host.sh(`sh ${folder}/transaction boot`);
    expect(host.sh('cd /etc; find mlbroute sysctl.d systemd 2>/dev/null | sort; cat systemd/network/*')).toBe(
      before.replace(/^find:.*\n/, ''),
    );
    expect(host.sh('cat /var/lib/mlbroute/last')).toBe('test-1 reverted\n');
  });

  it('finishes a confirmation that a power cut broke off', async () => {
    await applyOnly();
    host.sh(`ln -s confirmed ${folder}/verdict; sh ${folder}/transaction boot`);
    expect(host.sh('cat /var/lib/mlbroute/last; ls /etc/mlbroute /var/lib/mlbroute/manifest.json')).toContain(
      'test-1 confirmed\n',
    );
  });

  it('is stranded, with the command to run, where the undo fails', async () => {
    const deployment = deploymentOf(host, sampleState, sampleFiles, (plan) => ({
      ...plan,
      runtime: plan.runtime.map((change, i) => {
        if (i === 0)
          return {
            ...change,
            undo: [{ argv: ['sh', '-c', 'echo it is stuck >&2; exit 1'], why: 'the fault', stdin: null }],
          };
        return i === 2 ? { ...change, apply: [{ argv: ['false'], why: 'the fault', stdin: null }] } : change;
      }),
    }));
    expect(await pushTo(deployment)).toMatchObject({
      status: 'stranded',
      details: expect.stringContaining('it is stuck'),
      command: `sudo sh ${folder}/transaction again`,
    });
    host.sh(`sed -i 's/exit 1/exit 0/' ${folder}/undo/1 && sh ${folder}/transaction again`);
    expect(host.sh('cat /var/lib/mlbroute/last')).toBe('test-1 reverted\n');
  });
});

describe('what makes networkd read its files', () => {
  const seen = (when: string) => ['sh', '-c', `{ find /etc/mlbroute -type f; ip rule show; } >/run/${when}`];
  const reload: HostPlan['runtime'][number] = {
    sign: '+',
    subject: 'networkd',
    isBeforeFiles: true,
    words: 'networkd reads its files',
    apply: [{ argv: seen('applied'), why: 'what it would read', stdin: null }],
    undo: [{ argv: seen('undone'), why: 'what it would read', stdin: null }],
  };
  const withReload = (...more: HostPlan['runtime']) =>
    deploymentOf(host, sampleState, sampleFiles, (plan) => ({ ...plan, runtime: [...plan.runtime, reload, ...more] }));

  it('happens before the new files are there, and again after they are gone', async () => {
    const fault = { sign: '+', subject: 'rule', words: 'the fault', undo: [] } as const;
    const outcome = await pushTo(withReload({ ...fault, apply: [{ argv: ['false'], why: 'the fault', stdin: null }] }));
    expect(outcome).toMatchObject({ status: 'reverted', because: { step: '+ the fault' } });
    const asBefore = '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';
    expect(host.sh('cat /run/applied')).toBe(asBefore);
    expect(host.sh('cat /run/undone')).toBe(asBefore);
  });

  it('is not undone where it never happened', async () => {
    const untouched = deploymentOf(host, sampleState, sampleFiles, (plan) => ({
      ...plan,
      runtime: [{ ...reload, apply: [{ argv: ['false'], why: 'the fault', stdin: null }], undo: [] }, reload],
    }));
    expect(await pushTo(untouched)).toMatchObject({ status: 'reverted', because: { kind: 'step' } });
    expect(host.sh('ls /run')).not.toMatch(/applied|undone/);
  });
});

describe('generations', () => {
  const gatewayOf = (last: number) => ({
    ...sampleState,
    routes: sampleState.routes.map((route) =>
      route.type === 'gateway' ? { ...route, gateway: sure(parseIp(`1.2.3.${last}`)) } : route,
    ),
  });

  it('are kept five deep, each enough to bring its state back', async () => {
    for (let push = 1; push <= 7; push++)
      expect(await pushTo(deploymentOf(host, gatewayOf(push), sampleFiles))).toMatchObject({ status: 'changed' });
    const deployment = { ...deploymentOf(host, gatewayOf(7), sampleFiles), wantsHistory: true };
    const { observed } = await seenBy(deployment);
    expect(observed.recorded?.generation).toBe(7);
    expect(observed.history.map(({ generation, pushedBy }) => [generation, pushedBy])).toEqual(
      [7, 6, 5, 4, 3].map((generation) => [generation, 'somebody']),
    );
    const target = observed.history[2];
    expect(await pushTo(deploymentOf(host, target?.desired ?? sampleState, target?.files ?? []))).toMatchObject({
      status: 'changed',
    });
    expect(host.sh('ip route show table 7100')).toContain('default via 1.2.3.5 dev eth1');
  });

  it('go with everything else where mlbroute leaves the host', async () => {
    const before = snapshotOf(host);
    await pushTo(deploymentOf(host, sampleState, sampleFiles));
    expect(await pushTo(removal())).toMatchObject({ status: 'changed' });
    expect(snapshotOf(host)).toBe(before);
    expect(host.sh('ls -d /var/lib/mlbroute 2>&1 || true')).toContain('No such file');
    expect(hasNothingToDo(await seenBy(removal()))).toBe(true);
  });
});

describe('a push that its controller left open', () => {
  it('is taken back by the next one where its timer never fired', async () => {
    const before = snapshotOf(host);
    await applyOnly();
    host.sh(`echo 1 >${folder}/deadline`);
    await seenBy(deploymentOf(host, sampleState, sampleFiles));
    expect(snapshotOf(host)).toBe(before);
    expect(host.sh('cat /var/lib/mlbroute/last')).toBe('test-1 reverted\n');
  });

  it('is finished by the next one where it was confirmed already', async () => {
    await applyOnly();
    host.sh(`ln -s confirmed ${folder}/verdict; echo 1 >${folder}/deadline`);
    expect(hasNothingToDo(await seenBy(deploymentOf(host, sampleState, sampleFiles)))).toBe(true);
  });

  it('is taken back where it was begun before the host restarted', async () => {
    await applyOnly();
    host.sh(`echo 00000000-0000-0000-0000-000000000000 >${folder}/boot-id`);
    await seenBy(deploymentOf(host, sampleState, sampleFiles));
    expect(host.sh('cat /var/lib/mlbroute/last')).toBe('test-1 reverted\n');
  });

  it('is left alone by those who only look', async () => {
    await applyOnly();
    host.sh(`echo 1 >${folder}/deadline`);
    const seen = await look(deploymentOf(host, sampleState, sampleFiles), 'read', surroundingsOf(host.connect));
    expect(seen).toMatchObject({
      kind: 'seen',
      observed: { pending: { id: 'test-1', owner: 'somebody', isStale: true } },
    });
    expect(host.sh('readlink /var/lib/mlbroute/pending')).toBe('transactions/test-1\n');
  });

  it('shows what networkd reads to an audit alone', async () => {
    await applyOnly();
    const textsFor = async (purpose: 'read' | 'audit') => {
      const seen = await look(deploymentOf(host, sampleState, sampleFiles), purpose, surroundingsOf(host.connect));
      return seen.kind === 'seen' ? seen.observed.boot.networkdTexts?.map(({ path }) => path) : null;
    };
    expect(await textsFor('audit')).toContainEqual(expect.stringMatching(/^\/etc\/systemd\/network\/.*mlbroute/));
    expect(await textsFor('read')).toEqual([]);
  });
});

describe('a controller that was cut off and comes back late', () => {
  /** Loses the answer to the confirmation; `meanwhile` happens before it comes back. */
  const cutAtConfirmation = (meanwhile: () => Promise<void>): Connect => {
    let connections = 0;
    return async (connection) => {
      connections += 1;
      if (connections === 2) await meanwhile();
      const session = sure(await host.connect(connection));
      const run: typeof session.run = async (request) => {
        const answer = await session.run(request);
        return request.program.includes('transaction confirm')
          ? err({ kind: 'connection-lost', message: 'the connection broke' })
          : answer;
      };
      return ok({ ...session, run });
    };
  };

  it('still learns that its push was kept, though another one came and went since', async () => {
    const surroundings = surroundingsOf(host.connect);
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
    const connect = cutAtConfirmation(async () => {
      const other = await seenBy(deploymentOf(host, { ...sampleState, sysctls: [] }, sampleFiles));
      const ended = await carryOut(other, { ...transaction, id: 'test-2' }, surroundingsOf(host.connect));
      expect(ended).toMatchObject({ status: 'changed' });
    });
    expect(await carryOut(seen, transaction, { ...surroundings, connect })).toMatchObject({ status: 'changed' });
    expect(host.sh('cat /var/lib/mlbroute/last')).toBe('test-2 confirmed\ntest-1 confirmed\n');
  });

  it('learns that mlbroute is gone from the host, and takes away what was left of it', async () => {
    await pushTo(deploymentOf(host, sampleState, sampleFiles));
    const surroundings = surroundingsOf(host.connect);
    const seen = await seenBy(removal(), surroundings);
    const connect = cutAtConfirmation(async () => {
      host.sh('mkdir -p /var/lib/mlbroute.test-1/transactions');
    });
    expect(await carryOut(seen, transaction, { ...surroundings, connect })).toMatchObject({ status: 'changed' });
    expect(host.sh('ls -d /var/lib/mlbroute* 2>/dev/null || true')).toBe('');
  });

  it('finds the ends of the last ten', async () => {
    const gateways = Array.from({ length: 11 }, (_, i) => sure(parseIp(`1.2.3.${i + 1}`)));
    for (const [i, gateway] of gateways.entries()) {
      const routes = sampleState.routes.map((route) => (route.type === 'gateway' ? { ...route, gateway } : route));
      const seen = await seenBy(deploymentOf(host, { ...sampleState, routes }, sampleFiles));
      await carryOut(seen, { ...transaction, id: `test-${i + 1}` }, surroundingsOf(host.connect));
    }
    expect(host.sh('cat /var/lib/mlbroute/last')).toBe(
      Array.from({ length: 10 }, (_, i) => `test-${11 - i} confirmed\n`).join(''),
    );
  });
});

describe('the deadline', () => {
  it('moves on while the host is verified', async () => {
    await applyOnly();
    host.sh(`echo 1 >${folder}/deadline`);
    const session = sure(await host.connect(host.connection));
    const extending = { id: 'test-1', bySeconds: 50 };
    const observed = await observe(
      session,
      { wantsHistory: false, wantsBoot: false, sight: plainSight, extending },
      surroundingsOf(host.connect),
    );
    expect(sure(observed).pending?.secondsLeft).toBeGreaterThan(45);
  });

  it('cannot be moved once the host reverts', async () => {
    await applyOnly();
    host.sh(`ln -s reverted ${folder}/verdict`);
    expect(() => host.sh(`sh ${folder}/transaction extend 50`)).toThrow();
  });
});

describe('a race', () => {
  it('between a step under way and the revert leaves nothing of the step', async () => {
    const before = snapshotOf(host);
    const slow = deploymentOf(host, sampleState, sampleFiles, (plan) => ({
      ...plan,
      runtime: plan.runtime.map((change, i) =>
        i === 4
          ? { ...change, apply: [{ argv: ['sleep', '2'], why: 'the fault', stdin: null }, ...change.apply] }
          : change,
      ),
    }));
    const pushing = pushTo(slow);
    const session = sure(await host.connect(host.connection));
    const program = `timeout 10 sh -c 'until grep -qx 5 ${folder}/progress; do sleep 0.05; done' 2>/dev/null; sh ${folder}/transaction revert\n`;
    await session.run({ program, deadlineMs: 20_000, onLine: null });
    expect(await pushing).toMatchObject({ status: 'reverted' });
    expect(snapshotOf(host)).toBe(before);
  });

  it('between confirmation and revert is won by exactly one', async () => {
    const winners = new Set<string>();
    for (let round = 0; round < 8; round++) {
      await applyOnly();
      const order = round % 2 === 0 ? ['confirm', 'revert'] : ['revert', 'confirm'];
      const answers = host.sh(
        `for wish in ${order.join(' ')}; do sh ${folder}/transaction $wish >/run/answer-$wish 2>&1 & done; wait; cat /run/answer-confirm /run/answer-revert`,
      );
      const fate = host.sh('cat /var/lib/mlbroute/last').trim().split(' ')[1] ?? '';
      winners.add(fate);
      // Whoever came too late says so, or says the same as the other.
      const words = answers
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('too late'));
      expect([...new Set(words)], answers).toEqual([fate]);
      expect(host.sh('ls /etc/mlbroute 2>/dev/null || true').trim()).toBe(fate === 'confirmed' ? 'iptables.v4' : '');
      if (fate === 'confirmed')
        await pushTo(
          deploymentOf(host, { ...sampleState, decisions: [], routes: [], rules: [], chains: [], sysctls: [] }, []),
        );
    }
    expect(winners.size).toBeGreaterThan(0);
  });
});

describe('a push is refused and the host untouched', () => {
  it('where a file changed after the plan', async () => {
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles));
    host.sh('mkdir -p /etc/mlbroute; echo mine >/etc/mlbroute/iptables.v4');
    const before = snapshotOf(host);
    expect(await carryOut(seen, transaction, surroundingsOf(host.connect))).toEqual({
      status: 'failed',
      because: { kind: 'stale', message: '/etc/mlbroute/iptables.v4 has appeared since the plan was made' },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('where another push is open', async () => {
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles));
    await applyOnly();
    expect(
      await carryOut(seen, { ...transaction, id: 'test-2', owner: 'another' }, surroundingsOf(host.connect)),
    ).toMatchObject({
      status: 'failed',
      because: { kind: 'locked' },
    });
    const again = await look(deploymentOf(host, sampleState, sampleFiles), 'change', surroundingsOf(host.connect));
    expect(again).toMatchObject({
      kind: 'ended',
      outcome: { status: 'failed', because: { kind: 'locked', message: expect.stringContaining('somebody') } },
    });
  });

  it('where a folder of its files is on a read-only file system', async () => {
    host.sh('mkdir -p /etc/mlbroute; mount -t tmpfs -o ro tmpfs /etc/mlbroute');
    const before = snapshotOf(host);
    expect(await pushTo(deploymentOf(host, sampleState, sampleFiles))).toEqual({
      status: 'failed',
      because: {
        kind: 'refused',
        message: '/etc/mlbroute cannot be written: is its file system mounted read-only?',
        hint: null,
      },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('where its timer cannot be armed', async () => {
    host.sh(`printf '#!/bin/sh\\necho no bus >&2; exit 1\\n' >/usr/local/sbin/systemd-run`);
    const before = snapshotOf(host);
    expect(await pushTo(deploymentOf(host, sampleState, sampleFiles))).toMatchObject({
      status: 'failed',
      because: { kind: 'refused', message: expect.stringContaining('no bus') },
    });
    expect(snapshotOf(host)).toBe(before);
  });

  it('where the program was cut off on its way', async () => {
    const before = snapshotOf(host);
    const surroundings = surroundingsOf(host.connect);
    const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
    const session = {
      ...seen.session,
      run: (request: Parameters<typeof seen.session.run>[0]) =>
        seen.session.run({ ...request, program: request.program.slice(0, -20) }),
    };
    expect(await carryOut({ ...seen, session }, transaction, surroundings)).toMatchObject({ status: 'failed' });
    expect(snapshotOf(host)).toBe(before);
  });
});

/** Applies the sample and stops there: neither confirmed nor reverted. */
async function applyOnly(): Promise<void> {
  const { apply } = await import('../../src/deploy/apply.ts');
  const surroundings = surroundingsOf(host.connect);
  const seen = await seenBy(deploymentOf(host, sampleState, sampleFiles), surroundings);
  expect(await apply(seen, transaction, surroundings)).toEqual({ kind: 'applied' });
}
