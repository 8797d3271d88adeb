import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carryOut } from '../../src/deploy/carry-out.ts';
import { look } from '../../src/deploy/look.ts';
import { verifyHost } from '../../src/deploy/verify-host.ts';
import { deploymentOf, surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sampleFiles, sampleState } from './sample-state.ts';

let host: NamespaceHost;
const deployment = () => deploymentOf(host, sampleState, sampleFiles);

async function push(): Promise<void> {
  const seen = await look(deployment(), 'change', surroundingsOf(host.connect));
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  const transaction = { id: 'test-1', owner: 'somebody', confirmWithinS: 30 };
  expect(await carryOut(seen, transaction, surroundingsOf(host.connect))).toMatchObject({ status: 'changed' });
}

/** The first thing that a verification says, and how much it says in all. */
async function verified(): Promise<{ readonly first: string; readonly findings: number }> {
  const result = await verifyHost(deployment(), surroundingsOf(host.connect));
  if (result.kind !== 'verified') throw new Error(JSON.stringify(result.outcome));
  const [first] = result.findings;
  return { first: first === undefined ? '' : `${first.code}: ${first.message}`, findings: result.findings.length };
}

const tablesBefore = 'iptables-save -t mangle >/run/mangle';
const tablesBack = 'iptables-restore -T mangle </run/mangle';

describe('a verification after a push', () => {
  beforeAll(async () => {
    host = startNamespaceHost();
    host.sh(`ip netns add gateway; ip link set peer1 netns gateway
      ip netns exec gateway sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
      ip -n gateway link set peer1 up; ip -n gateway address add 1.2.3.1/24 dev peer1`);
    await push();
    host.sh(tablesBefore);
  });
  afterAll(() => host.stop());

  it('has nothing to say where all is well', async () => {
    expect(await verified()).toEqual({ first: '', findings: 0 });
  });

  it.each([
    [
      'a gateway that is silent',
      'ip -n gateway link set peer1 arp off',
      'ip -n gateway link set peer1 arp on',
      'nobody has the address of the gateway 1.2.3.1 on eth1',
    ],
    [
      'rp_filter that somebody set',
      'sysctl -qw net.ipv4.conf.eth1.rp_filter=1',
      'sysctl -qw net.ipv4.conf.eth1.rp_filter=2',
      'rp_filter drops requests on eth1: sysctl net/ipv4/conf/eth1/rp_filter 1 → 2',
    ],
    [
      'a chain that somebody emptied',
      'iptables -t mangle -F MLBROUTE-OUTPUT',
      tablesBack,
      'nothing marks the replies: chain MLBROUTE-OUTPUT in mangle from OUTPUT, 1 rule differs',
    ],
    [
      'a table that lost its routes',
      'ip route flush table 7100',
      'ip route add 1.2.3.0/24 dev eth1 table 7100 proto static; ip route add default via 1.2.3.1 dev eth1 table 7100 proto static',
      'table 7100 is empty: replies take the main table’s way',
    ],
    [
      'a rule that somebody deleted',
      'ip rule delete priority 2011',
      'ip rule add priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static',
      'rule 2011 fwmark 0x100/0x1f00 lookup 7100 is missing: nothing leads to table 7100',
    ],
    [
      'a rule of somebody that comes first',
      'ip rule add priority 1500 lookup main',
      'ip rule delete priority 1500',
      'rule 1500 lookup main comes first',
    ],
    [
      'a mark that somebody writes over',
      'iptables -t mangle -A PREROUTING -j MARK --set-xmark 0x4100/0xffffffff',
      tablesBack,
      'a rule of somebody else writes into mark 0x100/0x1f00: -A PREROUTING -j MARK --set-xmark 0x4100/0xffffffff',
    ],
    [
      'the interface, which is down, before the table, which is empty by that',
      'ip link set eth1 down',
      'ip link set eth1 up; ip route add 1.2.3.0/24 dev eth1 table 7100 proto static; ip route add default via 1.2.3.1 dev eth1 table 7100 proto static',
      'eth1 is down: requests do not come in',
    ],
  ])('names %s', async (_what, meddle, mend, message) => {
    host.sh(meddle);
    expect(await verified()).toMatchObject({ first: `likely-cause: ${message}` });
    host.sh(mend);
    expect(await verified()).toEqual({ first: '', findings: 0 });
  });

  it('names a check of sources that drops packets right now, though all is as described', async () => {
    // In loose mode an interface without an address drops all.
    host.sh(`ip -n gateway address add 203.0.113.9/32 dev lo
      ip -n gateway route replace 192.168.1.11 dev peer1 src 203.0.113.9
      ip -n gateway neigh replace 192.168.1.11 lladdr $(cat /sys/class/net/eth1/address) dev peer1 nud permanent
      ip netns exec gateway sh -c 'while sleep 0.02; do echo; done | socat -u - UDP4-SENDTO:192.168.1.11:9' >/dev/null 2>&1 & echo $! >/run/sender; sleep 1`);
    const { first } = await verified();
    host.sh(
      'pkill -P "$(cat /run/sender)"; ip -n gateway route del 192.168.1.11; ip -n gateway address del 203.0.113.9/32 dev lo',
    );
    expect(first).toMatch(
      /^likely-cause: rp_filter drops packets on this node: \d+ while it was asked, and on eth1 it is 2$/,
    );
    expect(await verified()).toEqual({ first: '', findings: 0 });
  });
});
