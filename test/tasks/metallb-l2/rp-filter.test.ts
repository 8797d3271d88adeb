import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/domain/facts.ts';
import type { Manifest } from '../../../src/domain/observed.ts';
import type { NetworkSpec } from '../../../src/schema/host-spec.ts';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { device, hostFacts, hostSpec, iface, manifest, must, network } from '../example-host.ts';
import { inWords } from './in-words.ts';

const interfaces = [
  iface('lo', ['127.0.0.1/8']),
  iface('eth0', ['192.168.1.10/24']),
  iface('bond0'),
  iface('eth1', ['10.0.0.5/24']),
  iface('cali1', [], { kind: 'veth' }),
];
const networkFileOf = { eth0: '10-eth0.network', eth1: '10-eth1.network', bond0: '10-bond0.network' };
const onEth1: Partial<NetworkSpec> = { link: { kind: 'device', device: device('eth1') } };
const onBond0: Partial<NetworkSpec> = { link: { kind: 'device', device: device('bond0') } };

function sysctls(rpFilter: HostFacts['rpFilter'], wish: Partial<NetworkSpec>, recorded: Manifest | null = null) {
  const facts = hostFacts({
    interfaces,
    networkFileOf,
    rpFilter,
    serviceProxy: { kind: 'ipvs', evidence: 'kube-ipvs0' },
  });
  return inWords(must(desiredState(hostSpec({ networks: [network(wish)] }), facts, recorded)).state).sysctls;
}

describe('rp_filter settings', () => {
  const strictEth0 = { all: 0, default: 0, eth0: 1 };
  const ubuntu = { all: 2, default: 2, lo: 0, eth0: 2, eth1: 1, bond0: 0, cali1: 1 };
  const pinned = ['-default=2', '-bond0=2', '-eth0=2', 'eth0.100=0', '-eth1=2'];
  const cases: [string, HostFacts['rpFilter'], Partial<NetworkSpec>, readonly string[]][] = [
    ['only the VLAN goes to 0 where all is 0', strictEth0, {}, ['eth0.100=0']],
    ['all goes to 0 last, after its old value was pinned on every lasting interface', ubuntu, {}, [...pinned, 'all=0']],
    [
      "a pin keeps an interface's own value where that is higher",
      { all: 1, default: 0, eth0: 2, eth1: 0 },
      {},
      ['-default=1', '-bond0=1', '-eth0=2', 'eth0.100=0', '-eth1=1', 'all=0'],
    ],
    ['nothing with source', ubuntu, { returnPath: 'source' }, []],
    ['nothing with onlink', ubuntu, { returnPath: 'onlink', gateway: null }, []],
    ['nothing with none', ubuntu, { returnPath: 'none' }, []],
    ['nothing with none even under off', ubuntu, { returnPath: 'none', rpFilter: 'off' }, []],
    [
      'off sets all even where it is 0',
      strictEth0,
      { rpFilter: 'off' },
      ['-default=0', '-bond0=0', '-eth0=1', 'eth0.100=0', '-eth1=0', 'all=0'],
    ],
    [
      'off is obeyed with source too',
      { all: 1, default: 1 },
      { returnPath: 'source', rpFilter: 'off' },
      ['-default=1', '-bond0=1', '-eth0=1', 'eth0.100=0', '-eth1=1', 'all=0'],
    ],
    [
      'rpfilter does as off, for its chain takes over',
      { all: 1, default: 1 },
      { rpFilter: 'rpfilter' },
      ['-default=1', '-bond0=1', '-eth0=1', 'eth0.100=0', '-eth1=1', 'all=0'],
    ],
    ['loose is written even where it is so', ubuntu, { ...onEth1, rpFilter: 'loose' }, ['eth1=2']],
    ['loose is no more than loose', { all: 0, default: 0, eth1: 0 }, { ...onEth1, rpFilter: 'loose' }, ['eth1=2']],
    [
      'strict-mark leaves all as it is, and looks sources up with the mark',
      { all: 1, default: 1 },
      { rpFilter: 'strict-mark' },
      ['eth0.100=1', 'net/ipv4/conf/eth0.100/src_valid_mark=1'],
    ],
    [
      'strict-mark takes all down where that would make it loose, and pins the others',
      ubuntu,
      { rpFilter: 'strict-mark' },
      [
        '-default=2',
        '-bond0=2',
        '-eth0=2',
        'eth0.100=1',
        'net/ipv4/conf/eth0.100/src_valid_mark=1',
        '-eth1=2',
        'all=0',
      ],
    ],
    ['strict-mark is nothing with source', ubuntu, { returnPath: 'source', rpFilter: 'strict-mark' }, []],
    ['a strict device with an address becomes loose', { all: 0, default: 0, eth1: 1 }, onEth1, ['eth1=2']],
    ['a device with an address becomes loose where all is strict', { all: 1, default: 1, eth1: 0 }, onEth1, ['eth1=2']],
    ['a loose device with an address stays', { all: 2, default: 2, eth1: 1 }, onEth1, []],
    ['a device with an address and no filter stays', { all: 0, default: 0, eth1: 0 }, onEth1, []],
    [
      'a device without an address is like a VLAN',
      { all: 2, default: 2, eth0: 2 },
      onBond0,
      ['-default=2', 'bond0=0', '-eth0=2', '-eth1=2', 'all=0'],
    ],
  ];
  it.each(cases)('%s', (_title, rpFilter, wish, expected) => {
    expect(sysctls(rpFilter, wish)).toEqual(expected);
  });

  it('take the values from before mlbroute from the manifest, and pin just what is recorded', () => {
    const old = (name: string) => `net/ipv4/conf/${name}/rp_filter`;
    const recorded = manifest({
      links: ['eth0.100', 'eth0.55'],
      sysctlsBefore: {
        [old('all')]: '2',
        [old('default')]: '1',
        [old('eth0')]: '0',
        [old('gone0')]: '1',
        [old('eth0.100')]: '0',
        [old('eth0.55')]: '0',
      },
    });
    const now = { all: 0, default: 2, eth0: 2, eth1: 2, bond0: 2 };
    expect(sysctls(now, {}, recorded)).toEqual(['-default=2', '-eth0=2', 'eth0.100=0', '-gone0=2', 'all=0']);
  });

  it('say why in words of the host', () => {
    const { sysctls: settings } = must(
      desiredState(hostSpec(), hostFacts({ rpFilter: { all: 2, default: 2, eth0: 0 } }), null),
    ).state;
    expect(settings.map(({ why }) => why)).toEqual([
      'keeps default at 2 = max(all, own) as it was, now that all is 0',
      'keeps eth0 at 2 = max(all, own) as it was, now that all is 0',
      'requests come in on eth0.100 while main has the way to their source elsewhere: without an address there, both 1 and 2 drop them',
      'the kernel takes max(all, interface), and eth0.100 needs 0',
    ]);
  });

  it('without a host touch the VLAN alone, and all only under off', () => {
    const without = (rpFilter: NetworkSpec['rpFilter']) =>
      inWords(must(desiredState(hostSpec({ networks: [network({ rpFilter })] }), null, null)).state).sysctls;
    expect(without('auto')).toEqual(['eth0.100=0']);
    expect(without('off')).toEqual(['eth0.100=0', 'all=0']);
  });
});
