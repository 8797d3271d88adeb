import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../src/domain/outcome.ts';
import type { PolicyRule, Route } from '../../src/domain/routing.ts';
import type { Declaration } from '../../src/schema/task-schema.ts';
import { wantedState } from '../../src/tasks/wanted-state.ts';
import { cidr, device, hostFacts, hostSpec, ip, network, vlan } from './example-host.ts';

const facts = hostFacts();
const spec = hostSpec();
const nothing = hostSpec({ networks: [] });
const table = (id: number) => id as Route['table'];

const link = (parent: string, id: number, name = `${parent}.${id}`): Declaration => {
  const made = vlan(parent, id);
  if (made.kind !== 'vlan') throw new Error('not a VLAN');
  return { kind: 'vlan', link: { parent: made.parent, id: made.id, name: device(name), mtu: null } };
};
const route = (destination: string, by: string, id = 300): Declaration => ({
  kind: 'route',
  route: {
    ...{ family: 'ipv4', table: table(id), destination: destination === 'default' ? destination : cidr(destination) },
    ...{ type: 'gateway', device: device(by), gateway: ip('10.9.0.1'), onlink: true },
  },
});
const rule = (priority: number, id: number, changes: Partial<PolicyRule> = {}): Declaration => ({
  kind: 'rule',
  rules: [
    {
      ...{ family: 'ipv4', priority: priority as PolicyRule['priority'], from: cidr('10.0.0.0/8'), to: null },
      ...{ iif: null, fwmark: null, table: table(id), ...changes },
    },
  ],
});

const wants = (its: typeof spec, ...declared: readonly Declaration[]) => ({
  spec: its,
  declared: declared.map((each, index) => ({ ...each, at: { file: 'p.yaml', line: index + 1, column: 7 } })),
  isPart: false,
});

function refusals(its: ReturnType<typeof wants>, seen: typeof facts | null = facts): readonly string[] {
  const state = wantedState(its, seen, null);
  return state.ok ? [] : state.error.map(describeFailure);
}

describe('The wanted state of a host', () => {
  it('has what tasks declare beside what its networks need, sorted as one', () => {
    const declared = [rule(3000, 300), route('10.20.0.0/16', 'eth0.300'), link('eth0', 300)];
    const state = wantedState(wants(spec, ...declared), facts, null);
    if (!state.ok) throw new Error(state.error.map(describeFailure).join());
    const { links, routes, rules, decisions } = state.value.state;
    expect(decisions).toHaveLength(1);
    expect(links.map(({ name }) => name)).toEqual(['eth0.100', 'eth0.300']);
    expect(routes.map((each) => `${each.table} ${each.destination}`)).toContain('300 10.20.0.0/16');
    expect(routes.length).toBeGreaterThan(1);
    expect(rules.at(-1)).toMatchObject({ priority: 3000, table: 300 });
    expect(rules.length).toBeGreaterThan(1);
  });

  it('has the same bytes whatever the order of tasks', () => {
    const declared = [rule(3000, 300), route('10.20.0.0/16', 'eth0.300'), link('eth0', 300), rule(2999, 300)];
    const text = (each: readonly Declaration[]) => JSON.stringify(wantedState(wants(spec, ...each), facts, null));
    expect(text([...declared].reverse())).toBe(text(declared));
  });

  it.each<[string, ReturnType<typeof wants>, string]>([
    [
      'a route that a network needs in another way',
      wants(spec, link('eth0', 300), route('default', 'eth0.300', 7100)),
      'p.yaml:2:7: route: metallb_l2 wants another ipv4 route default of table 7100',
    ],
    [
      'a VLAN that a network has by another name',
      wants(spec, link('eth0', 100, 'public')),
      'p.yaml:1:7: vlan: metallb_l2 wants another VLAN 100 of eth0',
    ],
    [
      'a VLAN on a parent that is not there',
      wants(nothing, link('eth7', 300)),
      'p.yaml:1:7: vlan: the host has no interface eth7',
    ],
    [
      'a route on a device that is not there',
      wants(nothing, route('10.20.0.0/16', 'eth0.300')),
      'p.yaml:1:7: route: the host has no interface eth0.300',
    ],
    [
      'a rule with nothing to come up with',
      wants(nothing, rule(3000, 300)),
      'p.yaml:1:7: rule: there is no link and no route that this rule could come up with',
    ],
    [
      'a rule for packets from a device that is not there',
      wants(nothing, link('eth0', 300), rule(3000, 300, { iif: device('eth9') })),
      'p.yaml:2:7: rule: the host has no interface eth9',
    ],
  ])('is refused with %s', (_, its, because) => {
    expect(refusals(its)).toEqual([expect.stringContaining(because)]);
  });

  it('is refused for every reason at once', () => {
    expect(refusals(wants(hostSpec({ networks: [network({ link: vlan('eth8', 100) })] }), link('eth7', 300)))).toEqual([
      expect.stringContaining('network public: the host has no interface eth8'),
      expect.stringContaining('vlan: the host has no interface eth7'),
    ]);
  });

  it('is not held against a host that was not asked', () => {
    expect(refusals(wants(nothing, link('eth7', 300), rule(3000, 300)), null)).toEqual([]);
  });
});
