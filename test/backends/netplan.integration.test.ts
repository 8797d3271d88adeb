import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { networkdAtBoot } from '../../src/boot/networkd-at-boot.ts';
import type { NetworkdText } from '../../src/domain/boot-files.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { hostAtRest } from '../boot/host-at-rest.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { scenarios } from './all-scenarios.ts';
import { expectKernelState, hostFiles } from './networkd-kernel.ts';
import { needTool } from './run-tool.ts';
import { filesOf, type Scenario, shippedTemplates, stateOf, writeFiles } from './scenario.ts';

const templates = await shippedTemplates();

/** The same host, were its interfaces in netplan's files, each by another name than the kernel's. */
function byNetplan(scenario: Scenario): Scenario {
  const { spec, facts } = scenario;
  const names = facts?.interfaces.map(({ name }) => name) ?? [];
  return {
    ...scenario,
    spec: { ...spec, renderer: 'netplan', netplanParentId: facts === null ? 'id-eth0' : null },
    facts:
      facts === null
        ? null
        : {
            ...facts,
            ...{ isNetworkdActive: true, programs: [...facts.programs, 'netplan'] },
            networkFileOf: Object.fromEntries(
              names.map((name) => [name, `/run/systemd/network/10-netplan-id-${name}.network`]),
            ),
          },
  };
}

/** The same host, were the files its own. */
function byNetworkd(scenario: Scenario): Scenario {
  const { spec, facts } = scenario;
  const names = facts?.interfaces.map(({ name }) => name) ?? [];
  const networkFileOf = Object.fromEntries(names.map((name) => [name, `/etc/systemd/network/10-${name}.network`]));
  return {
    ...scenario,
    spec: { ...spec, renderer: 'networkd' },
    facts: facts === null ? null : { ...facts, isNetworkdActive: true, networkFileOf },
  };
}

/** Netplan's file of the host itself. */
function hostYaml(scenario: Scenario): ManagedFile {
  const own = new Set<string>(stateOf(scenario).links.map(({ name }) => name));
  const interfaces = (scenario.facts?.interfaces ?? [{ name: 'eth0', addresses: [] }]).filter(
    ({ name }) => name !== 'lo' && name !== 'kube-ipvs0' && !own.has(name),
  );
  const ethernets = Object.fromEntries(
    interfaces.map(({ name, addresses }) => [
      `id-${name}`,
      {
        ...{ match: { name: `k${name}` }, 'set-name': name },
        addresses: addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
      },
    ]),
  );
  // JSON is YAML.
  const content = JSON.stringify({ network: { version: 2, ethernets } });
  return { kind: 'file', path: '/etc/netplan/50-cloud-init.yaml', mode: '0600', content };
}

describe('netplan', () => {
  let root: string;
  beforeAll(() => needTool('/usr/sbin/netplan', 'netplan.io'));
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mlbroute-netplan-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = async (files: readonly ManagedFile[]) => {
    await writeFiles(root, files);
    execFileSync('chmod', ['-R', 'go-rwx', join(root, 'etc/netplan')]);
  };
  const generate = () => execFileSync('netplan', ['generate', '--root-dir', root], { stdio: 'pipe', encoding: 'utf8' });

  const textsBelow = async (folder: string): Promise<readonly NetworkdText[]> => {
    const names = await readdir(join(root, folder), { recursive: true });
    const paths = names.filter((name) => /\.(network|netdev|conf)$/.test(name)).map((name) => `${folder}/${name}`);
    return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })));
  };
  /** What networkd will make of the files there are, by the model that the audit has of it. */
  const atBoot = async (scenario: Scenario) => {
    const state = stateOf(scenario);
    const folders = (await readdir(root, { recursive: true })).includes('run/systemd/network')
      ? ['/etc/systemd/network', '/run/systemd/network']
      : ['/etc/systemd/network'];
    const networkdTexts = (await Promise.all(folders.map(textsBelow))).flat();
    const host = hostAtRest(state, [], {});
    const boot = {
      ...noBootFiles,
      networkdTexts,
      units: [{ name: 'systemd-networkd.service', state: 'wanted' as const }],
    };
    const devices = new Set<string>(host.facts.interfaces.map(({ name }) => name));
    const found = networkdAtBoot(devices, new Set(state.links.map(({ name }) => name)), { ...host, boot });
    const sorted = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).sort();
    return Object.fromEntries(Object.entries(found).map(([key, list]) => [key, sorted(list)]));
  };

  const all = Object.entries(scenarios).filter(([name]) => name !== 'case1-same-subnet');
  it.each(all)('makes of the files of %s what the files for networkd alone come to', async (_name, scenario) => {
    const theirs = byNetworkd(scenario);
    await write([...hostFiles(theirs), ...filesOf(theirs, templates), hostYaml(theirs)]);
    const wanted = await atBoot(theirs);
    expect(Object.values(wanted).flat().length).toBeGreaterThan(0);
    await rm(join(root, 'etc'), { recursive: true });
    const ours = byNetplan(scenario);
    await write([hostYaml(ours), ...filesOf(ours, templates)]);
    generate();
    expect(await atBoot(ours)).toEqual(wanted);
  });

  it.each([
    ['case3-source-ipvs', 'eth0 eth0.100'],
    ['case4-mark-ubuntu', 'eth0 eth0.100'],
    ['dual-stack', 'eth0 eth0.100 eth0.200'],
    ['address-and-neighbor', 'eth0 eth1 eth0.100'],
    ['two-vlans-and-a-device', 'bond0 eth1 bond0.100 bond0.200'],
    ['no-host-asked', 'eth0 eth0.100'],
  ])('gives, by networkd, the kernel just the rules and routes of the state: %s', async (name, devices) => {
    const scenario = scenarios[name];
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
    const ours = byNetplan(scenario);
    await write([hostYaml(ours), ...filesOf(ours, templates)]);
    generate();
    const made = join(root, 'run/systemd/network');
    // Not every kernel that runs these tests can make VLANs.
    for (const file of await readdir(made)) if (!file.endsWith('.network')) await rm(join(made, file));
    expectKernelState(root, ours, devices);
  });

  it('refuses all of its files where the parent of the VLAN is in none that comes before ours', async () => {
    const ours = byNetplan(scenarios['case4-mark-ubuntu'] as Scenario);
    const late = { ...hostYaml(ours), path: '/etc/netplan/99-late.yaml' };
    await write([late, ...filesOf(ours, templates)]);
    expect(generate).toThrow(/interface 'id-eth0' is not defined/);
  });
});
