import { describe, expect, it } from 'vitest';
import { ipv4ConfKey, type SysctlSetting } from '../../src/domain/sysctl.ts';
import { diffSysctls } from '../../src/plan/diff-sysctls.ts';
import { manifest } from '../tasks/example-host.ts';

const key = (device: string) => ipv4ConfKey(device, 'rp_filter');
const keyed = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([device, value]) => [key(device), value]));
const setting = (device: string, value: string, mayBeAbsent = false): SysctlSetting => ({
  ...{ key: key(device), value, why: 'for the test', mayBeAbsent },
});

type Values = Readonly<Record<string, string>>;

/** Changes as `eth0 0 → 2`, in the order of writing. */
function inWords(desired: readonly SysctlSetting[], running: Values, before: Values | null): readonly string[] {
  const recorded = before === null ? null : manifest({ sysctlsBefore: keyed(before) });
  return diffSysctls(desired, keyed(running), recorded).map(({ sign, words }) =>
    `${sign} ${words}`.replace(/ sysctl net\/ipv4\/conf\/(.*)\/rp_filter/, ' $1'),
  );
}

describe('diffSysctls', () => {
  it.each<[string, readonly SysctlSetting[], Values, Values | null, readonly string[]]>([
    ['does nothing where all is as asked', [setting('eth1', '2')], { eth1: '2', all: '0' }, null, []],
    ['sets what differs', [setting('eth1', '2')], { eth1: '0' }, null, ['~ eth1 0 → 2']],
    ['sets the key of a device that is still to be made', [setting('eth0.100', '0')], {}, null, ['+ eth0.100 0']],
    ['leaves out a device that may be absent and is', [setting('eth9', '2', true)], {}, null, []],
    [
      'lowers all last, after default and the pins',
      [setting('all', '0'), setting('eth0', '2', true), setting('default', '2', true)],
      { all: '2', default: '0', eth0: '1' },
      null,
      ['~ default 0 → 2', '~ eth0 1 → 2', '~ all 2 → 0'],
    ],
    [
      'keeps what passing interfaces had while all is lowered, but not of lo, of those set anyway and of stricter ones',
      [setting('all', '0'), setting('eth1', '0')],
      { all: '1', eth1: '1', lo: '0', veth1: '0', veth2: '1', veth3: '2' },
      null,
      ['~ eth1 1 → 0', '~ veth1 0 → 1', '~ all 1 → 0'],
    ],
    ['pins nothing once all is low', [setting('all', '0')], { all: '0', veth1: '0' }, { all: '2' }, []],
    [
      'gives back what was there before, all first as it is raised',
      [],
      { all: '0', default: '2', eth0: '2' },
      { all: '2', default: '0', eth0: '1' },
      ['~ all 0 → 2', '~ default 2 → 0', '~ eth0 2 → 1'],
    ],
    [
      'gives back only what is no longer wanted',
      [setting('eth0', '2')],
      { eth0: '2', eth1: '2' },
      { eth0: '0', eth1: '0' },
      ['~ eth1 2 → 0'],
    ],
    ['gives nothing back to a device that is gone', [], {}, { eth1: '0' }, []],
    ['gives nothing back where somebody has done so', [], { eth1: '0' }, { eth1: '0' }, []],
  ])('%s', (_, desired, running, before, changes) => {
    expect(inWords(desired, running, before)).toEqual(changes);
  });

  it('writes with slashes, which keep the dots of VLAN names, and takes back only what was there', () => {
    const [known, fresh] = [
      diffSysctls([setting('eth0.100', '0')], keyed({ 'eth0.100': '2' }), null),
      diffSysctls([setting('eth0.100', '0')], {}, null),
    ];
    expect(known[0]?.apply[0]?.argv).toEqual(['sysctl', '-qw', 'net/ipv4/conf/eth0.100/rp_filter=0']);
    expect(known[0]?.undo[0]?.argv).toEqual(['sysctl', '-qw', 'net/ipv4/conf/eth0.100/rp_filter=2']);
    expect(fresh[0]?.undo).toEqual([]);
  });
});
