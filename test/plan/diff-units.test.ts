import { describe, expect, it } from 'vitest';
import type { Manifest, Observed } from '../../src/domain/observed.ts';
import type { ObservedUnit, UnitSetting } from '../../src/domain/unit-setting.ts';
import { parseUnits } from '../../src/facts/units.ts';
import { diffModules } from '../../src/plan/diff-modules.ts';
import { diffUnits } from '../../src/plan/diff-units.ts';
import { absentUnits } from '../../src/plan/lint/absent-units.ts';
import { makeManifest } from '../../src/plan/manifest.ts';
import { untouchedHost } from '../../src/plan/untouched-host.ts';

const nothing = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
const unit = 'app.service';
const wish = (isEnabled: boolean | null, isActive: boolean | null): UnitSetting => ({ unit, isEnabled, isActive });
const seen = (atBoot: ObservedUnit['atBoot'], isActive: boolean, isThere = true): ObservedUnit => {
  return { unit, isThere, isActive, atBoot };
};
const commandsOf = (
  units: readonly UnitSetting[],
  running: readonly ObservedUnit[],
  recorded: Manifest | null = null,
) =>
  diffUnits(units, running, recorded).map(
    ({ apply, undo }) => `${apply[0]?.argv.slice(1, 2).join('')}, undone by ${undo[0]?.argv.slice(1, 2).join('')}`,
  );

describe('A unit', () => {
  it.each<[string, UnitSetting, ObservedUnit | null, readonly string[]]>([
    ['that is as it shall be', wish(true, true), seen('enabled', true), []],
    [
      'that shall run at boot and now',
      wish(true, true),
      seen('disabled', false),
      ['enable, undone by disable', 'start, undone by stop'],
    ],
    [
      'that shall not',
      wish(false, false),
      seen('enabled', true),
      ['disable, undone by enable', 'stop, undone by start'],
    ],
    ['of which only one thing is asked', wish(null, false), seen('enabled', true), ['stop, undone by start']],
    ['that has no place at boot of its own', wish(true, true), seen('always', false), ['start, undone by stop']],
    [
      'that a file of the same push brings',
      wish(true, true),
      null,
      ['enable, undone by disable', 'start, undone by stop'],
    ],
    ['that is gone, and shall not run', wish(false, false), seen('disabled', false, false), []],
  ])('%s', (_, setting, now, expected) => {
    expect(commandsOf([setting], now === null ? [] : [now])).toEqual(expected);
  });

  it('becomes what it was before the first push when nobody names it, as far as pushes changed it', () => {
    const observed = (running: ObservedUnit, recorded: Manifest | null): Observed => {
      const host = untouchedHost(nothing);
      return { ...host, recorded, running: { ...host.running, units: [running] } };
    };
    const first = makeManifest({ ...nothing, units: [wish(true, null)] }, [], observed(seen('disabled', true), null));
    expect(first.unitsBefore).toEqual([wish(false, null)]);
    const second = makeManifest({ ...nothing, units: [wish(true, false)] }, [], observed(seen('enabled', true), first));
    expect(second.unitsBefore).toEqual([wish(false, true)]);
    expect(commandsOf([], [seen('enabled', false)], second)).toEqual([
      'disable, undone by enable',
      'start, undone by stop',
    ]);
    expect(commandsOf([], [seen('disabled', false, false)], second)).toEqual([]);
    // What a push itself brings did not run before.
    const brought = makeManifest(
      { ...nothing, units: [wish(true, true)] },
      [],
      observed(seen('disabled', false, false), null),
    );
    expect(brought.unitsBefore).toEqual([wish(false, false)]);
    const later = makeManifest({ ...nothing, units: [wish(true, true)] }, [], observed(seen('enabled', true), brought));
    expect(later.unitsBefore).toEqual([wish(false, false)]);
  });

  it('is refused where it is not there, or masked', () => {
    const refusals = (setting: UnitSetting, now: ObservedUnit, dest?: string) => {
      const host = untouchedHost(nothing);
      const file = { content: '', owner: 'root', group: 'root', mode: '0644', validate: null, reload: null };
      const desired = { ...nothing, units: [setting], files: dest === undefined ? [] : [{ ...file, dest }] };
      return absentUnits(desired, { ...host, running: { ...host.running, units: [now] } }).map(
        (each) => 'message' in each && each.message,
      );
    };
    expect(refusals(wish(true, null), seen('disabled', false, false))).toEqual(['the host has no app.service']);
    expect(refusals(wish(true, null), seen('disabled', false, false), '/etc/systemd/system/app.service')).toEqual([]);
    expect(refusals(wish(null, false), seen('disabled', false, false))).toEqual([]);
    expect(refusals(wish(null, true), seen('masked', false))).toEqual(['app.service is masked']);
    expect(refusals(wish(false, null), seen('masked', false))).toEqual([]);
  });

  it('is read under each of its names', () => {
    const text = `Names=ssh.service sshd.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Names=nowhere.service
LoadState=not-found
ActiveState=inactive
UnitFileState=

Names=off.service
LoadState=masked
ActiveState=inactive
UnitFileState=masked

Names=dbus.service
LoadState=loaded
ActiveState=activating
UnitFileState=static
`;
    expect(parseUnits(text)).toEqual([
      { unit: 'ssh.service', isThere: true, isActive: true, atBoot: 'enabled' },
      { unit: 'sshd.service', isThere: true, isActive: true, atBoot: 'enabled' },
      { unit: 'nowhere.service', isThere: false, isActive: false, atBoot: 'disabled' },
      { unit: 'off.service', isThere: true, isActive: false, atBoot: 'masked' },
      { unit: 'dbus.service', isThere: true, isActive: true, atBoot: 'always' },
    ]);
    expect(parseUnits('')).toEqual([]);
  });
});

describe('A module', () => {
  it('is loaded where it is not', () => {
    expect(
      diffModules(['br_netfilter', 'nf_conntrack'], ['nf_conntrack']).map(({ words, apply }) => [
        words,
        apply[0]?.argv,
      ]),
    ).toEqual([['module br_netfilter', ['modprobe', 'br_netfilter']]]);
  });
});
