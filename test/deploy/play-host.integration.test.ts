import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, Interlude, Surroundings } from '../../src/deploy/deployment.ts';
import { look } from '../../src/deploy/look.ts';
import { playHost } from '../../src/deploy/play-host.ts';
import type { Action } from '../../src/domain/action.ts';
import type { HostOutcome } from '../../src/domain/outcome.ts';
import { err, ok } from '../../src/domain/result.ts';
import type { Connect, Session } from '../../src/transport/session.ts';
import { deploymentOf, surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sampleFiles, sampleState } from './sample-state.ts';

let host: NamespaceHost;
beforeEach(() => {
  host = startNamespaceHost();
});
afterEach(() => host.stop());

const lost = { kind: 'connection-lost', message: 'nobody answers' } as const;
const rulesOf = () => host.sh('ip rule show priority 2011');

/** An action before the whole state, or after it where `after` is true. */
function interlude(whole: Deployment, action: Action, after: boolean): Interlude {
  const nothing = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
  const prepare = after ? whole.prepare : deploymentOf(host, nothing, []).prepare;
  const task = { words: 'the action', isCheck: false, register: null, needs: [], resolve: () => ok(action) };
  return { prepare, isNew: after, task, hide: (text) => text };
}

async function play(action: Action, after: boolean, changed: Partial<Surroundings> = {}): Promise<HostOutcome> {
  const whole = deploymentOf(host, sampleState, sampleFiles);
  const deployment = { ...whole, interludes: [interlude(whole, action, after)] };
  const surroundings = { ...surroundingsOf(host.connect), ...changed };
  const seen = await look(deployment, 'change', surroundings);
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  let number = 0;
  const begin = () => ({ id: `test-${++number}`, owner: 'somebody', confirmWithinS: 30 });
  return playHost(seen, begin, surroundings);
}

/** Connections that end where a program does an action. */
const breaking: Connect = async (connection) => {
  const session = await host.connect(connection);
  if (!session.ok) return session;
  const run: Session['run'] = (request) =>
    request.program.includes('is_done() {') ? Promise.resolve(err(lost)) : session.value.run(request);
  return ok({ ...session.value, run });
};

const command: Action = {
  ...{ kind: 'command', argv: ['touch', '/run/done'], stdin: null, chdir: null, creates: null, unless: null },
  ...{ ok: [0], changed: true, timeoutS: 10 },
};

describe('a host on the way through its actions', () => {
  it('counts the changes of all steps', async () => {
    expect(await play(command, true)).toMatchObject({ status: 'changed', changes: expect.any(Number) });
    expect(rulesOf()).not.toBe('');
    expect(await play(command, true)).toEqual({ status: 'changed', changes: 1, warnings: [] });
    expect(await play({ ...command, changed: false }, true)).toEqual({ status: 'unchanged' });
  });

  it('has failed, and is left as it is, where the connection breaks in an action', async () => {
    const because = {
      kind: 'action',
      action: 'the action',
      message: 'nobody answers; nobody saw how it ended',
      output: [],
    };
    expect(await play(command, false, { connect: breaking })).toEqual({ status: 'failed', because });
    expect(rulesOf()).toBe('');
    const after = await play(command, true, { connect: breaking });
    expect(after).toEqual({ status: 'failed', because, changesBefore: expect.any(Number) });
    // What was confirmed before it stays.
    expect(rulesOf()).not.toBe('');
  });

  it('has failed where a step before changed it, and it cannot be reached any more', async () => {
    let isGone = false;
    const connect: Connect = (connection) => (isGone ? Promise.resolve(err(lost)) : host.connect(connection));
    // The confirmation is the last thing that the transaction does.
    const emit: Surroundings['emit'] = (event) => {
      if (event.kind === 'phase' && event.phase === 'act') isGone = true;
    };
    const outcome = await play(command, true, { connect, emit });
    expect(outcome).toEqual({ status: 'failed', because: lost, changesBefore: expect.any(Number) });
    expect(host.sh('ls /run')).not.toMatch(/^done$/m);
  });

  it('has failed where it does not restart in time', async () => {
    const outcome = await play({ kind: 'reboot', timeoutS: 1 }, false);
    expect(outcome).toMatchObject({
      status: 'failed',
      because: { message: 'the host did not come back: it still runs as before (gave up after 1 s)' },
    });
    expect(host.systemdCalls()).toContain('systemctl reboot');
    expect(rulesOf()).toBe('');
  });
});
