import { describe, expect, it } from 'vitest';
import type { Observed } from '../../src/domain/observed.ts';
import { ipv4ConfKey } from '../../src/domain/sysctl.ts';
import { makeManifest } from '../../src/plan/manifest.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleFiles, sampleState } from '../deploy/sample-state.ts';
import { hostFacts, manifest, vlan } from '../tasks/example-host.ts';

const link = vlan('eth0', 100);
if (link.kind !== 'vlan') throw new Error('no VLAN');
const vlan100 = { name: link.name, parent: link.parent, id: link.id, mtu: null };
const key = ipv4ConfKey('eth1', 'rp_filter');

const host = (running: Partial<Observed['running']>, recorded: Observed['recorded'] = null): Observed => ({
  facts: hostFacts(),
  persisted: [],
  notFiles: [],
  recorded,
  history: [],
  running: { vlans: [], routes: [], rules: [], chains: [], sysctls: {}, ...running },
  boot: noBootFiles,
  pending: null,
});

describe('makeManifest', () => {
  it('remembers what was asked for, and counts', () => {
    expect(makeManifest(sampleState, sampleFiles, host({}))).toMatchObject({
      ...{ version: 1, generation: 1, desired: sampleState, files: sampleFiles },
    });
    expect(makeManifest(sampleState, [], host({}, manifest({ generation: 41 }))).generation).toBe(42);
  });

  it('keeps the value from before the first push, whatever runs now', () => {
    const first = makeManifest(sampleState, [], host({ sysctls: { [key]: '1' } }));
    expect(first.sysctlsBefore).toEqual({ [key]: '1' });
    expect(makeManifest(sampleState, [], host({ sysctls: { [key]: '2' } }, first)).sysctlsBefore).toEqual({
      [key]: '1',
    });
  });

  it('takes the running value of a key that a later push wants first', () => {
    const sysctls = { [key]: '1' };
    expect(makeManifest(sampleState, [], host({ sysctls }, manifest())).sysctlsBefore).toEqual(sysctls);
  });

  it('takes no value of its own for one from before, where the device came with the first push', () => {
    const first = makeManifest(sampleState, [], host({}));
    expect(first.sysctlsBefore).toEqual({});
    expect(makeManifest(sampleState, [], host({ sysctls: { [key]: '2' } }, first)).sysctlsBefore).toEqual({});
  });

  it('forgets the value of a key that is no longer wanted', () => {
    const recorded = manifest({ sysctlsBefore: { [key]: '1' } });
    expect(makeManifest({ ...sampleState, sysctls: [] }, [], host({}, recorded)).sysctlsBefore).toEqual({});
  });

  it.each<[string, boolean, readonly string[], readonly string[]]>([
    ['one that is to be made', false, [], ['eth0.100']],
    ['one that was there before the first push', true, [], []],
    ['one of an earlier push', true, ['eth0.100'], ['eth0.100']],
  ])('counts as its own link %s: %j, %j → %j', (_, isThere, recorded, own) => {
    const vlans = isThere ? [vlan100] : [];
    const made = makeManifest({ ...sampleState, links: [vlan100] }, [], host({ vlans }, manifest({ links: recorded })));
    expect(made.links).toEqual(own);
  });
});
