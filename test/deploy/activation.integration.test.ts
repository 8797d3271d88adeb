import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryOut } from '../../src/deploy/carry-out.ts';
import { look } from '../../src/deploy/look.ts';
import type { HostPlan, RuntimeChange } from '../../src/domain/change.ts';
import { nativeActivation } from '../../src/plan/native-activation.ts';
import { hostFacts } from '../tasks/example-host.ts';
import { deploymentOf, snapshotOf, surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sampleFiles, sampleState } from './sample-state.ts';

let host: NamespaceHost;
beforeEach(() => {
  host = startNamespaceHost();
});
afterEach(() => host.stop());

const sign = '/etc/systemd/network/10-eth1.network.d/50-mlbroute.conf';

/** Stands for networkctl: brings a part of what the files say, or takes that part away where the files are gone. */
const tool = `
  echo called >>/run/networkctl-calls
  if [ -e ${sign} ]; then
    ip rule add priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static
    ip route add 1.2.3.0/24 dev eth1 scope link table 7100 protocol static
  else
    ip rule delete priority 2011 2>/dev/null; ip route delete 1.2.3.0/24 table 7100 2>/dev/null
  fi`;
const calls = () => host.sh('grep -c called /run/networkctl-calls; rm -f /run/networkctl-calls').trim();

/** The plan with activation before all of it, by that tool, which ends with this code; and with more after it. */
function activated(code: number, more: readonly RuntimeChange[] = []): (plan: HostPlan) => HostPlan {
  return (plan) => {
    const native = nativeActivation(plan.files, sampleState, hostFacts(), [...plan.runtime, ...more]);
    if (native === null) return plan;
    const argv = ['activate', 'sh', '-c', `${tool}\n[ ! -e ${sign} ] || exit ${code}`];
    const byTool = [{ argv, why: 'stands for networkctl', stdin: null }];
    const change = { ...native.change, apply: byTool, undo: byTool };
    return { ...plan, activation: 'native', runtime: [change, ...plan.runtime, ...more] };
  };
}

async function pushWith(alter: (plan: HostPlan) => HostPlan) {
  const surroundings = surroundingsOf(host.connect);
  const seen = await look(deploymentOf(host, sampleState, sampleFiles, alter), 'change', surroundings);
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  return carryOut(seen, { id: 'test-1', owner: 'somebody', confirmWithinS: 20 }, surroundings);
}

describe('a push that a tool of the host activates', () => {
  it('leaves what the tool has made, and makes the rest', async () => {
    expect(await pushWith(activated(0))).toMatchObject({ status: 'changed' });
    expect(calls()).toBe('1');
    expect(host.sh('ip rule show priority 2011; ip route show table 7100').trim().split('\n')).toHaveLength(3);
  });

  it('is as before where the tool fails half way, which then reads the files that are back', async () => {
    const before = snapshotOf(host);
    expect(await pushWith(activated(1))).toMatchObject({ status: 'reverted', because: { kind: 'step' } });
    expect(calls()).toBe('2');
    expect(snapshotOf(host)).toBe(before);
  });

  it('is as before where a later step fails', async () => {
    const before = snapshotOf(host);
    const failing = [{ argv: ['sh', '-c', 'echo no >&2; exit 1'], why: '', stdin: null }];
    const more: RuntimeChange = { sign: '+', subject: 'rule', words: 'it fails', apply: failing, undo: [] };
    expect(await pushWith(activated(0, [more]))).toMatchObject({ status: 'reverted', because: { message: 'no' } });
    expect(calls()).toBe('2');
    expect(snapshotOf(host)).toBe(before);
  });

  it('does not run the tool again where it had not come to it', async () => {
    const before = snapshotOf(host);
    const failing = [{ argv: ['false'], why: '', stdin: null }];
    const first: RuntimeChange = {
      ...{ sign: '~', subject: 'netplan', words: 'it fails', apply: failing, undo: [] },
      isBeforeFiles: true,
    };
    const alter = activated(0);
    const outcome = await pushWith((plan) => ({ ...alter(plan), runtime: [first, ...alter(plan).runtime] }));
    expect(outcome).toMatchObject({ status: 'reverted' });
    expect(host.sh('ls /run/networkctl-calls 2>/dev/null; true')).toBe('');
    expect(snapshotOf(host)).toBe(before);
  });
});
