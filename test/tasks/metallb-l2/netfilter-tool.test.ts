import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/domain/facts.ts';
import type { HostSpec } from '../../../src/schema/host-spec.ts';
import { desiredState } from '../../../src/tasks/metallb-l2/desired-state.ts';
import { hostFacts, hostSpec } from '../example-host.ts';

describe('the tool that makes the chains', () => {
  it.each<[string, HostSpec['netfilter'], Partial<HostFacts> | null, string]>([
    ['no host that is asked', 'auto', null, 'iptables'],
    ['a host with iptables', 'auto', { programs: ['nft'] }, 'iptables'],
    ['a host with nft alone', 'auto', { programs: ['nft'], iptables: null }, 'nft'],
    ['a host whose iptables does not work', 'auto', { programs: ['nft'], netfilterFaults: { iptables: 'no' } }, 'nft'],
    ['a host whose nft does not work', 'auto', { programs: ['nft'], netfilterFaults: { nft: 'no' } }, 'iptables'],
    ['a host without ip6tables, for IPv4', 'auto', { netfilterFaults: { ip6tables: 'no' } }, 'iptables'],
    [
      'a host whose nft does not work, and a wish for it',
      'nftables',
      { programs: ['nft'], netfilterFaults: { nft: 'no' } },
      'netfilter: iptables; or a kernel with nf_tables',
    ],
    ['a host with neither', 'auto', { iptables: null }, 'install the package iptables, or nftables'],
    ['a host with both, and a wish', 'nftables', { programs: ['nft'] }, 'nft'],
    ['a host without nft, and a wish for it', 'nftables', {}, 'install the package nftables'],
    [
      'a host without iptables, and a wish for it',
      'iptables',
      { programs: ['nft'], iptables: null },
      'install the package iptables, or nftables',
    ],
  ])('for %s: netfilter %s', (_, netfilter, facts, expected) => {
    const made = desiredState(hostSpec({ netfilter }), facts === null ? null : hostFacts(facts), null);
    if (made.ok)
      expect([...new Set(made.value.state.chains.map(({ tool }) => tool ?? 'iptables'))]).toEqual([expected]);
    else expect(made.error).toMatchObject([{ kind: 'refused', hint: expected }]);
  });
});
