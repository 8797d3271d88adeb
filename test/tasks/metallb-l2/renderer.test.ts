import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/domain/facts.ts';
import { describeFailure } from '../../../src/domain/outcome.ts';
import type { HostSpec } from '../../../src/schema/host-spec.ts';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { withRecorded } from '../../../src/tasks/with-recorded.ts';
import { hostFacts, hostSpec, must } from '../../tasks/example-host.ts';

const without: Partial<HostFacts> = { isNetworkdActive: false, networkFileOf: {} };
const stateFor = (spec: Partial<HostSpec>, facts: Partial<HostFacts> | null) =>
  desiredState(hostSpec(spec), facts === null ? null : hostFacts(facts), null);

describe('what brings the network back at boot', () => {
  it.each<[string, Partial<HostSpec>, Partial<HostFacts> | null, string]>([
    ['is networkd where it runs', {}, {}, 'networkd'],
    ['is a unit where networkd does not run', {}, without, 'unit'],
    ['is networkd where no host was asked', {}, null, 'networkd'],
    ['is what the inventory says where no host was asked', { renderer: 'unit' }, null, 'unit'],
    [
      'is networkd where the inventory names a file of it',
      { networkdParentFile: '10-eth0.network' },
      without,
      'networkd',
    ],
    [
      'is a unit all the same where the inventory says both',
      { networkdParentFile: 'a.network', renderer: 'unit' },
      without,
      'unit',
    ],
  ])('%s', (_title, spec, facts, expected) => {
    expect(must(stateFor(spec, facts)).state.renderer ?? 'networkd').toBe(expected);
  });

  it('is refused where it would bring nothing back', () => {
    const said = (spec: Partial<HostSpec>, facts: Partial<HostFacts>) => {
      const result = stateFor(spec, facts);
      return result.ok ? [] : result.error;
    };
    expect(said({ renderer: 'networkd' }, without)).toEqual([
      {
        kind: 'refused',
        message: expect.stringContaining('systemd-networkd does not run here'),
        hint: 'renderer: auto, or unit',
      },
    ]);
    expect(said({ renderer: 'unit' }, {})).toEqual([
      {
        kind: 'refused',
        message: expect.stringContaining('it undoes what a unit beside it'),
        hint: 'renderer: auto, networkd or netplan',
      },
    ]);
  });

  const madeByNetplan = { networkFileOf: { eth0: '/run/systemd/network/10-netplan-id0.network' } };
  const wish = { renderer: 'netplan' } as const;
  it.each<[string, Partial<HostSpec>, Partial<HostFacts>, RegExp | null]>([
    ['netplan where it configures the parent', wish, madeByNetplan, null],
    ['netplan where the inventory says what it calls the parent', { ...wish, netplanParentId: 'id0' }, {}, null],
    [
      'netplan with that name, and nothing configures the parent now',
      { ...wish, netplanParentId: 'id0' },
      { networkFileOf: {} },
      null,
    ],
    [
      'no netplan where it does not configure the parent',
      wish,
      {},
      /netplan does not configure eth0, \/etc\/systemd\/network\/10-eth0\.network does/,
    ],
    ['no netplan where it is not installed', wish, { ...madeByNetplan, programs: [] }, /netplan is not installed here/],
    ['no netplan where networkd does not run', wish, without, /systemd-networkd does not run here/],
  ])('is %s', (_, spec, facts, message) => {
    const result = stateFor(spec, { programs: ['netplan'], ...facts });
    expect(result.ok ? null : result.error.map(describeFailure)).toEqual(
      message === null ? null : [expect.stringMatching(message)],
    );
    if (result.ok) expect(result.value.state.renderer).toBe('netplan');
  });

  it('is that of now where a part of a playbook meets what was recorded', () => {
    const [unit, networkd] = [must(stateFor({}, without)).state, must(stateFor({}, {})).state];
    expect(withRecorded(unit, networkd).renderer).toBe('unit');
    expect(withRecorded(networkd, unit).renderer).toBeUndefined();
  });
});
