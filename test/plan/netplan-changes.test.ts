import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/domain/change.ts';
import type { HostName } from '../../src/domain/host.ts';
import { netplanFile } from '../../src/domain/network-file.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { ManagedFile, ObservedFile } from '../../src/domain/remote-file.ts';
import { linkObstacles } from '../../src/plan/lint/link-obstacles.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { netplanChanges } from '../../src/plan/netplan-changes.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { device, hostFacts, iface, manifest, must, vlan } from '../tasks/example-host.ts';
import { neededPrograms } from './simulated-host.ts';

const after: ManagedFile = {
  kind: 'file',
  path: netplanFile,
  mode: '0600',
  content: 'network:\n  vlans:\n    "eth0.100":\n',
};
const before: ObservedFile = { ...after, owner: 'root', group: 'root', modifiedAt: 0 };
const cause = 'inventory';
const facts = hostFacts({ programs: ['netplan'] });

describe('a change of our file of netplan’s', () => {
  it.each<[string, FileChange, readonly string[]]>([
    ['when it comes', { kind: 'create', path: netplanFile, after, cause }, ['judge_netplan', netplanFile]],
    ['when it goes', { kind: 'remove', path: netplanFile, before, cause }, ['judge_netplan']],
  ])('is judged by netplan before a file is written, and read by it after: %s', (_, change, judge) => {
    const { check, generate } = netplanChanges([change], facts, false);
    expect(check.map(({ isBeforeFiles, apply }) => [isBeforeFiles, apply[0]?.argv])).toEqual([[true, judge]]);
    expect(check[0]?.apply[0]?.stdin).toBe(change.kind === 'remove' ? null : after.kind === 'file' && after.content);
    // At a boot its generator has read the files of the push before those are taken back.
    expect(generate.map(({ readsFiles, undoAtBoot }) => [readsFiles, undoAtBoot?.map(({ argv }) => argv)])).toEqual([
      [true, [['netplan', 'generate']]],
    ]);
  });

  it('asks nobody where netplan went, or another file changes', () => {
    const nothing = { check: [], generate: [] };
    expect(netplanChanges([{ kind: 'remove', path: netplanFile, before, cause }], hostFacts(), false)).toEqual(nothing);
    const other: FileChange = { kind: 'create', path: '/etc/netplan/60-x.yaml', after, cause };
    expect(netplanChanges([other], facts, false)).toEqual(nothing);
  });

  it('is judged before anything else, and read after all else', () => {
    const link = vlan('eth0', 100);
    if (link.kind !== 'vlan') throw new Error('no VLAN');
    const links = [{ name: link.name, parent: link.parent, id: link.id, mtu: null }];
    const networkFiles = [{ path: '/run/systemd/network/10-netplan-all.network', matchNames: ['eth*'] }];
    const observed: Observed = {
      facts: hostFacts({
        ...{ programs: [...neededPrograms, 'netplan'], networkFiles },
        interfaces: [iface('eth0'), iface('eth1')],
      }),
      ...{ persisted: [], notFiles: [], recorded: null, history: [], boot: noBootFiles, pending: null },
      running: { vlans: [], routes: [], rules: [], chains: [], sysctls: { 'net/ipv4/conf/eth1/rp_filter': '0' } },
    };
    const desired = { ...sampleState, links, renderer: 'netplan' as const };
    const input = { host: 'node1' as HostName, desired, files: [after], observed, warnings: [] };
    const subjects = must(makePlan(input)).runtime.map(({ subject }) => subject);
    expect(subjects.slice(0, 2)).toEqual(['netplan', 'networkd']);
    expect(subjects.at(-1)).toBe('netplan');
  });
});

describe('what netplan made of our file', () => {
  const link = { name: device('eth0.100'), parent: device('eth0'), id: 100 as never, mtu: null };
  const made = { path: '/run/systemd/network/10-netplan-eth0.100.netdev', name: 'eth0.100', vlanId: 100 };
  const others = { ...hostFacts().others, linkFiles: [made] };
  const desired = { ...sampleState, links: [link] };
  const found = (host: Partial<Observed>) =>
    linkObstacles(desired, { persisted: [], recorded: null, ...host, facts: hostFacts({ others }) }).map(
      ({ code }) => code,
    );

  it.each<[string, Partial<Observed>, readonly string[]]>([
    ['somebody else’s where no push wrote one', {}, ['vlan-in-file']],
    ['ours by the record', { recorded: manifest({ desired: { ...desired, renderer: 'netplan' } }) }, []],
    ['ours by the file', { persisted: [before] }, []],
    ['somebody else’s beside files for networkd', { recorded: manifest({ desired }) }, ['vlan-in-file']],
  ])('is %s', (_, host, codes) => {
    expect(found(host)).toEqual(codes);
  });
});
