import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { complaintsAbout, expectKernelState, hostFiles } from './networkd-kernel.ts';
import { needTool } from './run-tool.ts';
import { filesOf, shippedTemplates, writeFiles } from './scenario.ts';
import { scenario as addressAndNeighbor } from './scenarios/address-and-neighbor/scenario.ts';
import { scenario as onlinkDevice } from './scenarios/case2-onlink-device/scenario.ts';
import { scenario as sourceIpvs } from './scenarios/case3-source-ipvs/scenario.ts';
import { scenario as markUbuntu } from './scenarios/case4-mark-ubuntu/scenario.ts';
import { scenario as dualStack } from './scenarios/dual-stack/scenario.ts';
import { scenario as noHost } from './scenarios/no-host-asked/scenario.ts';
import { scenario as tasksOfBothFamilies } from './scenarios/tasks-of-both-families/scenario.ts';
import { scenario as twoVlans } from './scenarios/two-vlans-and-a-device/scenario.ts';

const templates = await shippedTemplates();

describe('systemd-networkd', () => {
  let root: string;
  beforeAll(() => needTool('/lib/systemd/systemd-networkd', 'systemd'));
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mlbroute-networkd-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const cases = [
    { title: 'marks on Ubuntu', scenario: markUbuntu, devices: 'eth0 eth0.100' },
    { title: 'source rules with IPVS', scenario: sourceIpvs, devices: 'eth0 eth0.100' },
    { title: 'a link route in main', scenario: onlinkDevice, devices: 'ens3' },
    { title: 'two VLANs and a device with an address', scenario: twoVlans, devices: 'bond0 eth1 bond0.100 bond0.200' },
    { title: 'addresses and a neighbor', scenario: addressAndNeighbor, devices: 'eth0 eth1 eth0.100' },
    { title: 'both families', scenario: dualStack, devices: 'eth0 eth0.100 eth0.200' },
    { title: 'tasks of both families', scenario: tasksOfBothFamilies, devices: 'eth0 eth0.300' },
    { title: 'a gateway outside the pools', scenario: noHost, devices: 'eth0 eth0.100' },
  ];
  // Not every kernel that runs these tests can make VLANs, so devices of their names stand for them: without .netdev files.
  it.each(cases)('gives the kernel just the rules and routes of the state: $title', async ({ scenario, devices }) => {
    const files = filesOf(scenario, templates).filter(({ path }) => !path.endsWith('.netdev'));
    await writeFiles(root, [...hostFiles(scenario), ...files]);
    expectKernelState(root, scenario, devices);
  });

  it('understands every key of every file', async () => {
    await writeFiles(root, [...hostFiles(twoVlans), ...filesOf(twoVlans, templates)]);
    expect(complaintsAbout(root, 'bond0 eth1')).toEqual([]);
  });
});
