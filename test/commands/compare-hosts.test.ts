import { describe, expect, it } from 'vitest';
import { compareHosts } from '../../src/commands/compare-hosts.ts';
import type { HostName } from '../../src/domain/host.ts';
import { parseInterfaceAddress } from '../../src/domain/neighborhood.ts';
import type { NetworkSpec } from '../../src/schema/host-spec.ts';
import { device, must, network, vlan } from '../tasks/example-host.ts';

const host = (name: string, ...networks: readonly NetworkSpec[]) => ({ name: name as HostName, networks });
const said = (...hosts: readonly ReturnType<typeof host>[]) =>
  compareHosts(hosts).map(({ severity, code, message }) => `${severity}[${code}]: ${message}`);
const address = (text: string) => ({ address: must(parseInterfaceAddress(text)) });

describe('hosts side by side', () => {
  it('say nothing where a network comes in by the same name, whatever that is made of', () => {
    const named = { ...vlan('bond0', 100), name: device('eth0.100') };
    const there: NetworkSpec['link'] = { kind: 'device', device: device('eth0.100') };
    expect(
      said(host('n1', network()), host('n2', network({ link: named })), host('n3', network({ link: there }))),
    ).toEqual([]);
  });

  it('warn of a network that comes in by different names, with the hosts of each', () => {
    const other = network({ link: vlan('bond0', 100) });
    expect(said(host('n1', network()), host('n2', network()), host('n3', other))).toEqual([
      'warning[interface-names]: network "public" comes in by bond0.100 on n3, eth0.100 on n[1-2]',
    ]);
  });

  it('may have networks of different names by different interfaces', () => {
    expect(said(host('n1', network(), network({ name: 'b', link: vlan('eth0', 200) })), host('n2', network()))).toEqual(
      [],
    );
  });

  it('warn of an address that several have, not of one that two networks of a host share', () => {
    const [a, b] = [network(address('1.2.3.7/24')), network({ name: 'b', ...address('1.2.3.7/24') })];
    expect(said(host('n1', a, b), host('n2', network(address('1.2.3.8/24'))))).toEqual([]);
    expect(said(host('n1', a), host('n2', a), host('n3', network()))).toEqual([
      'warning[address-shared]: address 1.2.3.7 is that of several hosts: n[1-2]',
    ]);
  });
});
