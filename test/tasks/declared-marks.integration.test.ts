import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../src/commands/push.ts';
import { type ServiceNode, startServiceNode } from './metallb-l2/service-node.ts';
import { askOverIpv6, startIpv6 } from './metallb-l2/service-node-ipv6.ts';

let service: ServiceNode;
let server: ChildProcess | undefined;
beforeAll(() => {
  service = startServiceNode();
  server = startIpv6(service);
});
afterAll(() => {
  server?.kill('SIGKILL');
  service.stop();
});

const ways = [
  'mark: { to: [1.2.3.0/24, "2001:db8:1::/64"], iif: eth1, fwmark: { value: 0x2000, mask: 0x2000 } }',
  'rule: { priority: 1600, family: both, fwmark: { value: 0x2000, mask: 0x2000 }, table: 320 }',
  'route: { to: default, via: 1.2.3.1, dev: eth1, onlink: true, table: 320 }',
  'route: { to: default, via: "2001:db8:1::1", dev: eth1, onlink: true, table: 320 }',
  'sysctl: { name: net/ipv4/conf/eth1/rp_filter, value: 0 }',
];

/** Who answers in IPv4 and in IPv6 after a push of these tasks. */
async function answers(netfilter: string, ...tasks: readonly string[]): Promise<readonly string[]> {
  const { fleet, node, ask } = service;
  fleet.describe({ netfilter });
  const playbook = join(fleet.directory, 'site.yaml');
  writeFileSync(playbook, `- hosts: all\n  tasks: [${tasks.map((task) => `{ ${task} }`).join(', ')}]\n`);
  const { exitCode, stdout, stderr } = await fleet.run(push, fleet.pushOptions({ playbook }));
  expect(exitCode, stderr + stdout).toBe(0);
  node('conntrack -F >/dev/null 2>&1 || true');
  return [ask(2), askOverIpv6(service, 2)];
}

describe('Replies that tasks of a playbook mark', () => {
  it('are lost before', () => {
    expect([service.ask(1), askOverIpv6(service, 1)]).toEqual(['nobody', 'nobody']);
  });

  it.each(['iptables', 'nftables'])(
    'find their way in both families by %s, and none once nothing is declared',
    async (netfilter) => {
      expect(await answers(netfilter, ...ways)).toEqual(['here', 'here']);
      expect(await answers(netfilter)).toEqual(['nobody', 'nobody']);
    },
  );

  it.each(['iptables', 'nftables'])('find their way by %s where all that comes in is marked', async (netfilter) => {
    const [, ...others] = ways;
    const mark = 'mark: { to: [0.0.0.0/0, "::/0"], iif: eth1, fwmark: { value: 0x2000, mask: 0x2000 } }';
    expect(await answers(netfilter, mark, ...others)).toEqual(['here', 'here']);
    expect(await answers(netfilter, mark.replace(', "::/0"', ''), ...others)).toEqual(['here', 'nobody']);
    expect(await answers(netfilter, mark.replace('0.0.0.0/0, ', ''), ...others)).toEqual(['nobody', 'here']);
    expect(await answers(netfilter)).toEqual(['nobody', 'nobody']);
  });

  it.each<[string, string, readonly string[]]>([
    ['IPv6', 'family: ipv6, ', ['here', 'nobody']],
    ['IPv4', '', ['nobody', 'here']],
    ['both', 'family: both, ', ['nobody', 'nobody']],
  ])('are stopped by a chain for %s in that family alone', async (_, family, expected) => {
    const stop = `iptables: { ${family}hook: FORWARD, chain: STOP, rules: [-p tcp -m tcp --sport 8080 -j DROP] }`;
    expect(await answers('iptables', ...ways, stop)).toEqual(expected);
  });

  it('are stopped for each family by the rules of a chain that name it', async () => {
    const rules = (ipv4: string, ipv6: string) =>
      `iptables: { family: both, hook: FORWARD, chain: STOP, rules: [-d ${ipv4}/32 -j RETURN, -d ${ipv6}/128 -j RETURN, -p tcp -m tcp --sport 8080 -j DROP] }`;
    expect(await answers('iptables', ...ways, rules('203.0.113.9', '2001:db8:9::1'))).toEqual(['here', 'nobody']);
    expect(await answers('iptables', ...ways, rules('203.0.113.1', '2001:db8:9::9'))).toEqual(['nobody', 'here']);
  });
});
