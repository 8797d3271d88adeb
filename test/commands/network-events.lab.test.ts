import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toShell } from '../../src/domain/command.ts';
import type { FindingCode } from '../../src/domain/finding-kinds.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { labNetwork, labNodes } from '../../src/lab/topology.ts';
import { ubuntuLike } from '../../src/lab/up.ts';
import { dualNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, kernelOf, onNode, takeNetworkdAway } from './lab-node.ts';
import {
  eventsAfterBoot,
  eventsAfterPush,
  type Fate,
  type NetworkEvent,
  type NodeKind,
  type Others,
} from './network-events.ts';
import { auditOf, pushTo } from './pushing.ts';

const kinds: ReadonlyMap<string, NodeKind> = new Map([
  ['n1', 'networkd'],
  ['n2', 'netplan'],
  ['n3', 'unit'],
]);
const nodes = [...kinds.keys()];
const print = (line: string) => process.stderr.write(`${line}\n`);
/** Longer than networkd or the timer of the unit take on a machine that others load. */
const patienceMs = 90_000;

const netplanFiles = {
  ...ubuntuLike,
  '/etc/systemd/network/10-eth0.network': null,
  '/etc/netplan/50-lab.yaml': `network:
  version: 2
  ethernets:
    eth0:
      addresses: [${labNodes(2)[1]?.address}/${labNetwork.prefixLength}]
      link-local: []
      accept-ra: false
      routes: [{to: default, via: ${labNetwork.gateway}}]
`,
};

let lab: Lab;
let inventory: string;
let pushed: ReadonlyMap<string, string>;

beforeAll(async () => {
  lab = await bootLab({ nodes: nodes.length, files: { n2: netplanFiles } });
  await takeNetworkdAway(lab, 'n3');
  await rebootNodes(lab, ['n3'], print);
  const second = { ...secondNetwork, address: '5.6.7.{{ number }}/24', neighbor: '52:54:00:ab:cd:ef' };
  inventory = await writeInventory(lab, 'events', { networks: [dualNetwork, second, segmentNetwork] }, (n) => ({
    number: 200 + n,
  }));
  const { exitCode, stderr } = await pushTo(inventory);
  expect(exitCode, stderr).toBe(0);
  pushed = await forEach(nodes, ownOf);
});
afterAll(async () => {
  await downLab(lab.dir);
});

async function forEach<T>(
  names: readonly string[],
  work: (name: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await work(name)] as const)));
}

/** What was pushed, of the running kernel: without the parent's own, and without what others have. */
async function ownOf(name: string): Promise<string> {
  const isOurs = (line: string) =>
    /eth0\.[12]00|table (7100|7200|6999)|^20\d\d:|10\.9\.8\.0|MLBROUTE|rp_filter|src_valid_mark/.test(line);
  return (await kernelOf(lab, name)).split('\n').filter(isOurs).join('\n');
}

/** A rule, and a route over the network card. */
const placeOthers = (name: string) =>
  onNode(
    lab,
    name,
    `ip rule show priority 1200 | grep -q . || ip rule add priority 1200 from 10.99.0.0/16 lookup 77
    ip route replace 10.98.0.0/16 via ${labNetwork.gateway} dev eth0 proto bird`,
  );

async function othersOn(name: string): Promise<Others | string> {
  const left = await onNode(lab, name, 'ip rule show priority 1200; ip route show 10.98.0.0/16');
  const [hasRule, hasRoute] = [left.includes('10.99.0.0/16'), left.includes('proto bird')];
  if (hasRule) return hasRoute ? 'stay' : 'rules stay, routes go';
  return hasRoute ? 'routes stay, rules go' : 'go';
}

/** Runs a script apart from the connection, which it may cut, and waits for its end. */
async function disturb(name: string, script: string): Promise<void> {
  const program = toShell(['sh', '-c', `${script}\n: >/run/event.done`]);
  await onNode(lab, name, `rm -f /run/event.done; setsid ${program} </dev/null >/run/event.log 2>&1 &`);
  for (const began = performance.now(); performance.now() - began < patienceMs; await sleep(1000)) {
    // An interface that is down gives no answer.
    const answer = await onNode(lab, name, 'if [ -e /run/event.done ]; then echo done; fi').catch(() => '');
    if (answer === 'done') return;
  }
  throw new Error(`${name}: no end of ${script}`);
}

async function fateOf(
  name: string,
  expected: readonly Fate[],
): Promise<{ readonly fate: Fate; readonly seconds: number }> {
  const began = performance.now();
  const isBack = async () => (await ownOf(name)) === pushed.get(name);
  // What does not come back is given some time to do so, too.
  const waitMs = expected.length === 1 && expected[0] === 'back' ? patienceMs : 20_000;
  let back = await isBack();
  while (!back && performance.now() - began < waitMs) {
    await sleep(1000);
    back = await isBack();
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  const { exitCode, stdout } = await auditOf(inventory, { limit: name, output: 'json' });
  const findings: readonly { readonly code: FindingCode; readonly subject: string }[] = stdout
    .split('\n')
    .filter((line) => line.includes('"kind":"findings"'))
    .flatMap((line) => JSON.parse(line).findings);
  for (const { code, subject } of findings) print(`${name}: ${code}: ${subject}`);
  // It finds what is not as it was, and nothing where all is.
  expect([name, exitCode, back]).toEqual([name, back ? 0 : 2, back]);
  return { fate: back ? 'back' : [...new Set(findings.map(({ code }) => code))].sort(), seconds };
}

async function expectFates({ words, script, fates, others }: NetworkEvent): Promise<void> {
  const expectedOf = (name: string) => fates[kinds.get(name) ?? 'unit'] ?? [];
  const names = nodes.filter((name) => expectedOf(name).length > 0);
  await forEach(names, placeOthers);
  const ends = await forEach(names, async (name) => {
    await disturb(name, script);
    return { ...(await fateOf(name, expectedOf(name))), others: await othersOn(name) };
  });
  for (const [name, { fate, seconds, others }] of ends)
    print(
      `| ${words} | ${kinds.get(name)} | ${fate === 'back' ? `back, seen after ${seconds} s` : fate.join(', ')} | ${others} |`,
    );
  // The next push mends what is left, and only that.
  const { exitCode, stderr } = await pushTo(inventory, { limit: names.join(',') });
  expect(exitCode, stderr).toBe(0);
  expect(await forEach(names, ownOf)).toEqual(new Map(names.map((name) => [name, pushed.get(name)])));
  for (const [name, { fate }] of ends) expect(expectedOf(name), name).toContainEqual(fate);
  expect(new Map(Array.from(ends, ([name, end]) => [name, end.others]))).toEqual(
    new Map(names.map((name) => [name, others])),
  );
}

describe('what was pushed', () => {
  it.each(eventsAfterPush)('has the fate that the docs tell: $words', expectFates);

  it('is there after a restart', async () => {
    await rebootNodes(lab, nodes, print);
    expect(await forEach(nodes, ownOf)).toEqual(pushed);
  });

  it.each(eventsAfterBoot)('has the fate that the docs tell: $words', expectFates);
});
