import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { managed } from '../report/sample-plan.ts';
import { device, hostFacts, iface, manifest, must, vlan } from '../tasks/example-host.ts';
import { neededPrograms } from './simulated-host.ts';

const link = vlan('eth0', 100);
if (link.kind !== 'vlan') throw new Error('no VLAN');
const links = [{ name: link.name, parent: link.parent, id: link.id, mtu: null }];

/** A host that has everything of another state, so that all of it goes. */
function hostWith(state: DesiredState, changes: Partial<Observed> = {}): Observed {
  return {
    facts: hostFacts({ programs: neededPrograms, interfaces: [iface('eth0'), iface('eth1')] }),
    persisted: [],
    notFiles: [],
    recorded: manifest({ desired: state, links: state.links.map(({ name }) => name) }),
    history: [],
    running: {
      vlans: state.links,
      routes: state.routes.map((route) => ({ route, protocol: 'static' })),
      rules: state.rules.map((rule) => ({ rule, protocol: 'static' })),
      chains: state.chains,
      sysctls: { 'net/ipv4/conf/eth1/rp_filter': '0' },
    },
    boot: noBootFiles,
    pending: null,
    ...changes,
  };
}

const empty: DesiredState = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
const planOf = (desired: DesiredState, observed: Observed, files: readonly ManagedFile[] = []) =>
  must(makePlan({ host: 'node1' as HostName, desired, files, observed, warnings: [] }));

describe('makePlan', () => {
  it('brings what carries packets before what sends packets there', () => {
    const unit = managed('/etc/systemd/system/mlbroute-iptables.service', '\n');
    const networkFiles = [{ path: '/etc/systemd/network/80-all.network', matchNames: ['*'] }];
    const facts = hostFacts({ programs: neededPrograms, interfaces: [iface('eth0'), iface('eth1')], networkFiles });
    const plan = planOf({ ...sampleState, links }, hostWith(empty, { facts }), [unit]);
    expect(plan.runtime.map(({ sign, subject }) => `${sign} ${subject}`)).toEqual([
      ...['+ networkd', '+ link', '~ sysctl'],
      ...['+ route', '+ route', '+ route', '+ rule', '+ rule', '+ chain', '+ chain', '~ unit', '~ unit'],
    ]);
  });

  it('needs no networkd kept off, and warns of no file of it, where a unit brings the network back', () => {
    const networkFiles = [{ path: '/etc/systemd/network/00-all.network', matchNames: ['*'] }];
    const facts = hostFacts({ programs: neededPrograms, interfaces: [iface('eth0'), iface('eth1')], networkFiles });
    const planFor = (renderer: 'networkd' | 'unit') =>
      planOf({ ...sampleState, links, renderer }, hostWith(empty, { facts }));
    const seen = (plan: ReturnType<typeof planOf>) => [
      plan.runtime.some(({ subject }) => subject === 'networkd'),
      plan.warnings.map(({ code }) => code),
    ];
    expect(seen(planFor('networkd'))).toEqual([true, ['not-boot-safe']]);
    expect(seen(planFor('unit'))).toEqual([false, []]);
  });

  it('changes only files where another thing is to bring the same network back', () => {
    const state = { ...sampleState, links };
    const there = hostWith(state);
    const before = planOf(state, there).runtime.map(({ words }) => words);
    expect(planOf({ ...state, renderer: 'unit' }, there).runtime.map(({ words }) => words)).toEqual(before);
  });

  it('takes things away in the opposite order', () => {
    const plan = planOf(empty, hostWith({ ...sampleState, links }));
    expect(plan.runtime.map(({ sign, subject }) => `${sign} ${subject}`)).toEqual([
      ...['- chain', '- chain', '- rule', '- rule', '- route', '- route', '- route', '- link'],
    ]);
  });

  it('adds all that is new before it removes what is old', () => {
    const other = { ...sampleState, rules: sampleState.rules.slice(1), routes: sampleState.routes.slice(1), links };
    const signs = planOf(sampleState, hostWith(other)).runtime.map(({ sign }) => sign);
    expect(signs).toEqual([...signs].sort((a, b) => Number(a === '-') - Number(b === '-')));
    expect(signs).toContain('-');
  });

  it('reads units again only where a unit file changes', () => {
    const units = (path: string) =>
      planOf(empty, hostWith(empty), [managed(path, '\n')]).runtime.map(({ words }) => words);
    expect(units('/etc/systemd/system/mlbroute-x.service')).toEqual(['systemd reads its unit files again']);
    expect(units('/etc/systemd/network/05-mlbroute-x.network')).toEqual([]);
  });

  it('gives every reason why nothing may start, and no plan', () => {
    const facts = hostFacts({
      ...{ programs: [], systemdVersion: null },
      interfaces: [iface('eth0'), iface('other', [], { kind: 'vlan', parent: device('eth0'), vlanId: link.id })],
    });
    const plan = makePlan({
      ...{ host: 'node1' as HostName, desired: { ...empty, links }, files: [], warnings: [] },
      observed: hostWith(empty, { facts }),
    });
    expect(plan.ok ? [] : plan.error.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused']);
  });

  it('carries the warnings it was given, and what stands against the push', () => {
    const given = { code: 'given', message: 'said before', hint: null };
    const observed = hostWith(empty, {
      running: {
        ...hostWith(empty).running,
        rules: sampleState.rules.map((rule) => ({
          rule: { ...rule, table: 9 as typeof rule.table },
          protocol: 'static',
        })),
      },
    });
    const input = { host: 'node1' as HostName, desired: sampleState, files: [], observed, warnings: [given] };
    const { warnings, obstacles } = must(makePlan(input));
    expect(warnings.map(({ code }) => code)).toEqual(['given']);
    expect(obstacles.map(({ code }) => code)).toEqual(['mark-in-use', 'priority-in-use', 'priority-in-use']);
  });
});
