import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../../src/commands/push.ts';
import { remove } from '../../../src/commands/remove.ts';
import { markNetwork } from '../../commands/fleet.ts';
import { client, type ServiceNode, startServiceNode } from './service-node.ts';

/** Addresses of services by what is behind them: a pod as it is, a pod behind kube-proxy's masquerade, a server in the node's own network. */
const services = { local: '1.2.3.5', cluster: '1.2.3.6', hostNetwork: '1.2.3.7' } as const;

/** What kube-proxy has in each mode, for packets that come in and for the node's own. */
const proxies = {
  iptables: `
    iptables -w 5 -t nat -N KUBE-SERVICES; iptables -w 5 -t nat -N KUBE-POSTROUTING
    iptables -w 5 -t nat -A PREROUTING -j KUBE-SERVICES; iptables -w 5 -t nat -A OUTPUT -j KUBE-SERVICES
    iptables -w 5 -t nat -A POSTROUTING -j KUBE-POSTROUTING
    iptables -w 5 -t nat -A KUBE-SERVICES -d ${services.cluster} -j MARK --set-xmark 0x4000/0x4000
    iptables -w 5 -t nat -A KUBE-SERVICES -d ${services.local} -p tcp --dport 80 -j DNAT --to-destination 10.112.0.5:8080
    iptables -w 5 -t nat -A KUBE-SERVICES -d ${services.cluster} -p tcp --dport 80 -j DNAT --to-destination 10.112.0.5:8080
    iptables -w 5 -t nat -A KUBE-SERVICES -d ${services.hostNetwork} -p tcp --dport 80 -j DNAT --to-destination 192.168.1.11:8081
    iptables -w 5 -t nat -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
    iptables -w 5 -t nat -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
    iptables -w 5 -t nat -A KUBE-POSTROUTING -j MASQUERADE`,
  nftables: `nft -f - <<'END'
table ip kube-proxy {
  chain services {
    ip daddr ${services.cluster} meta mark set meta mark or 0x4000
    ip daddr { ${services.local}, ${services.cluster} } tcp dport 80 dnat to 10.112.0.5:8080
    ip daddr ${services.hostNetwork} tcp dport 80 dnat to 192.168.1.11:8081
  }
  chain pre { type nat hook prerouting priority dstnat; jump services; }
  chain out { type nat hook output priority -100; jump services; }
  chain post {
    type nat hook postrouting priority srcnat;
    meta mark and 0x4000 == 0x4000 meta mark set meta mark xor 0x4000 masquerade
  }
}
END`,
} as const;
const without = {
  iptables: 'iptables -w 5 -t nat -F; iptables -w 5 -t nat -X',
  nftables: 'nft delete table ip kube-proxy',
} as const;

let service: ServiceNode;
let server: ChildProcess;
beforeAll(() => {
  service = startServiceNode();
  service.node(without.iptables);
  // As strict as a node can be before the push.
  service.node('cd /proc/sys/net/ipv4/conf; for name in default eth0 eth1 cali1 all; do echo 1 >$name/rp_filter; done');
  const enter = ['-t', String(service.fleet.host('n1').pid), '-n'];
  server = spawn('nsenter', [...enter, 'socat', 'TCP-LISTEN:8081,fork,reuseaddr', 'SYSTEM:echo here'], {
    stdio: 'ignore',
  });
});
afterAll(() => {
  server.kill('SIGKILL');
  service.stop();
});

const ask = (vip: string, options = '', patience = 10) =>
  `socat -T10 - TCP4:${vip}:80,connect-timeout=${patience}${options} 2>/dev/null || echo nobody`;

/** Who asks: a client beyond the gateway, one on the link of the service's address, a pod, the node itself. */
const clients = {
  outside: (vip: string) => service.gateway(ask(vip, `,bind=${client}`)),
  onLink: (vip: string) => service.gateway(ask(vip, ',bind=1.2.3.1')),
  pod: (vip: string) => service.pod(ask(vip)),
  node: (vip: string) => service.node(ask(vip)),
} as const;

/** Everything that must work, and a pod that asks for itself only by way of the masquerade, as in any cluster. */
const questions = Object.entries(clients).flatMap(([who, asks]) =>
  Object.entries(services)
    .filter(([kind]) => who !== 'pod' || kind !== 'local')
    .map(([kind, vip]) => ({ cell: `${who} → ${kind}`, ask: () => asks(vip).trim() })),
);

const pushWith = (netfilter: string, wish: object = {}) => {
  service.fleet.describe({ networks: [{ ...markNetwork, ...wish }], netfilter });
  return service.fleet.run(push, service.fleet.pushOptions());
};

describe.each(['iptables', 'nftables'] as const)('with kube-proxy in %s mode', (proxy) => {
  beforeAll(() => {
    service.node(proxies[proxy]);
  });
  afterAll(async () => {
    await service.fleet.run(remove, { ...service.fleet.pushOptions(), check: false });
    service.node(without[proxy]);
  });

  it('nobody outside is answered where nothing was pushed', () => {
    const answers = Object.values(services).map((vip) => service.gateway(ask(vip, `,bind=${client}`, 1)).trim());
    expect(answers).toEqual(['nobody', 'nobody', 'nobody']);
  });

  it('return_path source is refused, with the reason', async () => {
    const { exitCode, stderr } = await pushWith('auto', { return_path: 'source' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`return_path source does not work with kube-proxy in ${proxy} mode.*\\[return-path\\]`),
    );
  });

  it.each(
    ['iptables', 'nftables'].flatMap((netfilter) =>
      ['auto', 'rpfilter', 'strict-mark'].map((rpFilter) => [netfilter, rpFilter] as const),
    ),
  )('marks by %s, rp_filter %s, answer every client from every kind of backend', async (netfilter, rp_filter) => {
    const { exitCode, stderr } = await pushWith(netfilter, { return_path: 'auto', rp_filter });
    expect(exitCode, stderr).toBe(0);
    const answers = questions.map(({ cell, ask: answer }) => `${cell}: ${answer()}`);
    console.log(`kube-proxy ${proxy}, marks by ${netfilter}, rp_filter ${rp_filter}\n  ${answers.join('\n  ')}`);
    expect(answers).toEqual(questions.map(({ cell }) => `${cell}: here`));
  });
});
