import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeCaptured } from '../../src/lab/capture.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { labServices } from '../../src/lab/services.ts';
import { secondNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, stateOf } from './lab-node.ts';
import { pushTo } from './pushing.ts';

let lab: Lab;
let source: string;
let forced: string;

beforeAll(async () => {
  lab = await bootLab({ nodes: 2 });
  source = await writeInventory(lab, 'source', { networks: [{ ...secondNetwork, return_path: 'source' }] });
  forced = await writeInventory(lab, 'forced', {
    networks: [{ ...secondNetwork, return_path: 'source', force: true }],
  });
});
afterAll(async () => {
  await downLab(lab.dir);
});

const statesOf = () => Promise.all(lab.nodes.map(({ name }) => stateOf(lab, name)));
const servicesOfSecond = () => labServices(lab.nodes).filter(({ kind }) => kind === 'second-network');
const askFromOutside = () =>
  Promise.all(servicesOfSecond().map(({ vip }) => probeCaptured(lab, { from: 'client', vip })));

describe('return_path source where kube-proxy is in iptables mode', () => {
  it('is refused with the reason and the way out, and nothing is touched', async () => {
    const before = await statesOf();
    const { exitCode, stderr } = await pushTo(source);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /return_path source does not work with kube-proxy in iptables mode \(chain KUBE-SERVICES in nat\)[\s\S]*return_path: mark, or force: true/,
    );
    expect(await statesOf()).toEqual(before);
  });

  it('is applied with a warning where the inventory insists', async () => {
    const { exitCode, stdout, stderr } = await pushTo(forced);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/warning.*return_path source does not work with kube-proxy in iptables mode/);
  });

  it('was refused for good reason: replies leave untagged', async () => {
    // The speaker looks for interfaces every second.
    await sleep(2000);
    for (const seen of await askFromOutside()) expect(seen).toMatchObject({ ok: false, repliesTagged: 0 });
  });
});
