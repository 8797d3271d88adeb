import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../../src/commands/audit.ts';
import { push } from '../../../src/commands/push.ts';
import { remove } from '../../../src/commands/remove.ts';
import { verify } from '../../../src/commands/verify.ts';
import { markNetwork } from '../../commands/fleet.ts';
import { type ServiceNode, startServiceNode } from './service-node.ts';
import { askOverIpv6, startIpv6 } from './service-node-ipv6.ts';

const network = { ...markNetwork, pools: ['1.2.3.0/24', '2001:db8:1::/64'], gateway: ['1.2.3.1', '2001:db8:1::1'] };

let service: ServiceNode;
let server: ChildProcess | undefined;
let before: string;
beforeAll(() => {
  service = startServiceNode();
  server = startIpv6(service);
  before = stateOf();
});
afterAll(() => {
  server?.kill('SIGKILL');
  service.stop();
});

const stateOf = () =>
  service.node(
    'ip -6 route show table all | grep -v -e "^fe80" -e "^ff00" -e "^local" -e "^anycast" -e "^multicast"; ip -6 rule; ip -4 rule; ip6tables-save -t nat | grep -v "^#" | sed "s/ \\[.*//"; nft list tables | grep -c inet || true; find /etc/sysctl.d /etc/systemd -name "*mlbroute*"',
  );
const askIpv6 = (patience: number) => askOverIpv6(service, patience);
const forget = () => service.node('conntrack -F >/dev/null 2>&1 || true');
const pushWith = (wish: object = {}, host: object = {}) => {
  service.fleet.describe({
    networks: [{ ...network, ...wish }],
    pod_cidrs: ['fd00:112::/64', '10.112.0.0/12'],
    ...host,
  });
  return service.fleet.run(push, service.fleet.pushOptions());
};
const verifyOptions = () => ({ ...service.fleet.planOptions(), fromHere: [] });

describe('a network of both families', () => {
  it('is answered by nobody before', () => {
    expect(service.ask(1)).toBe('nobody');
    expect(askIpv6(1)).toBe('nobody');
  });

  it.each([
    ['iptables', 'auto'],
    ['iptables', 'rpfilter'],
    ['nftables', 'auto'],
    ['nftables', 'rpfilter'],
    ['nftables', 'strict-mark'],
    ['iptables', 'strict-mark'],
  ])('is answered in both by %s, rp_filter %s; a second push has nothing to do', async (netfilter, mode) => {
    const { exitCode, stderr } = await pushWith({ rp_filter: mode }, { netfilter });
    expect(exitCode, stderr).toBe(0);
    forget();
    expect(service.ask(10)).toBe('here');
    expect(askIpv6(10)).toBe('here');
    expect((await pushWith({ rp_filter: mode }, { netfilter })).stderr).toMatch(/^unchanged/m);
  });

  it('is proven by verify, which tells of either gateway that is silent', async () => {
    await pushWith({}, { netfilter: 'iptables' });
    const sound = await service.fleet.run(verify, verifyOptions());
    expect(sound.exitCode, sound.stdout).toBe(0);
    service.gateway('ip -6 address del 2001:db8:1::1/64 dev peer1');
    const silent = await service.fleet.run(verify, verifyOptions());
    service.gateway('ip -6 address add 2001:db8:1::1/64 dev peer1 nodad');
    expect(silent.exitCode).toBe(2);
    expect(silent.stdout).toMatch(/gateway 2001:db8:1::1 does not answer neighbor solicitations on eth1/);
    expect(silent.stdout).not.toMatch(/gateway 1\.2\.3\.1/);
  });

  it.each([
    ['tcpdump', ':'],
    ['perl, where there is no tcpdump', 'mount --bind /dev/null "$(command -v tcpdump)"'],
  ])(
    'is watched by %s: a capture sees requests of both families, and by which interface their answers leave',
    async (_, prepare) => {
      service.node(prepare);
      const watch = async () => {
        const seen = service.fleet.run(verify, { ...verifyOptions(), captureS: 4 });
        // Others wait for the node meanwhile, so they must not stop this process.
        await sleep(2000);
        forget();
        const clients = ['TCP4:1.2.3.5:80,bind=203.0.113.9', 'TCP6:[2001:db8:1::5]:80,bind=[2001:db8:9::9]'].map((to) =>
          spawn(
            'nsenter',
            ['-t', String(service.fleet.gatewayPid('n1')), '-n', 'socat', '-T3', '-', `${to},connect-timeout=2`],
            {
              stdio: 'ignore',
            },
          ),
        );
        const { exitCode, stdout } = await seen;
        for (const client of clients) client.kill();
        return { exitCode, stdout };
      };
      const sound = await watch();
      expect(sound.exitCode, sound.stdout).toBe(0);
      expect(sound.stdout).toMatch(
        /^(Captured on n1: 1 request to public, 1 answered by the interface it came in by\.\n){2}/m,
      );
      // Where another rule comes first, answers take main's way, which leads out by eth0.
      service.node('for family in -4 -6; do ip $family rule add priority 1500 fwmark 0x100/0x1f00 lookup main; done');
      service.node(
        'ip neigh replace 192.168.1.1 lladdr 02:00:00:00:00:01 dev eth0; ip neigh replace fd00::1 lladdr 02:00:00:00:00:01 dev eth0',
      );
      const astray = await watch();
      service.node('for family in -4 -6; do ip $family rule del priority 1500; done');
      expect(astray.exitCode).toBe(2);
      expect(astray.stdout).toMatch(
        /the request of 203\.0\.113\.9\.\d+ to 1\.2\.3\.5\.80 came in by eth1, its answer left by eth0/,
      );
      expect(astray.stdout).toMatch(/to 2001:db8:1::5\.80 came in by eth1, its answer left by eth0/);
      expect(astray.stdout).toMatch(
        /likely-cause +network +network public\n +rule 1500 fwmark 0x100\/0x1f00 lookup main comes first/,
      );
    },
  );

  it.each([
    ['a rule that went', 'ip -6 rule del priority 2011', /IPv6 rule 2011 fwmark/],
    ['a route that went', 'ip -6 route del default table 12001', /route default via 2001:db8:1::1/],
    ['a chain that was emptied', 'ip6tables -t mangle -F MLBROUTE-OUTPUT', /chain MLBROUTE-OUTPUT in mangle \(IPv6\)/],
    ['a table that lost all', 'ip -6 route flush table 12001', /IPv6 table 12001/],
  ])('shows %s in the audit, and the next push mends it', async (_, meddling, words) => {
    service.node(meddling);
    const { exitCode, stdout } = await service.fleet.run(audit, service.fleet.planOptions());
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(words);
    expect((await pushWith({}, { netfilter: 'iptables' })).exitCode).toBe(0);
    forget();
    expect(askIpv6(10)).toBe('here');
  });

  it('loses one family alone where its pools are no longer there', async () => {
    await pushWith({ pools: ['1.2.3.0/24'], gateway: '1.2.3.1' }, { netfilter: 'iptables' });
    expect(service.node('ip -6 rule; ip6tables-save -t mangle')).not.toMatch(/12001|MLBROUTE/);
    forget();
    expect(service.ask(10)).toBe('here');
  });

  it('leaves nothing behind', async () => {
    await pushWith({}, { netfilter: 'iptables' });
    const { exitCode } = await service.fleet.run(remove, { ...service.fleet.pushOptions(), check: false });
    expect(exitCode).toBe(0);
    expect(stateOf()).toBe(before);
  });
});
