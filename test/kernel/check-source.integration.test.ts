import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IpAddress } from '../../src/domain/address.ts';
import type { InterfaceName } from '../../src/domain/link.ts';
import { checkSource } from '../../src/kernel/check-source.ts';
import { parseRouteShow, parseRuleShow } from '../../src/kernel/ip-json.ts';
import { lookUp } from '../../src/kernel/look-up.ts';
import { type Namespace, openNamespace } from './namespace.ts';

const [client, pod] = ['8.8.8.8', '10.112.0.5'] as readonly string[] as readonly [IpAddress, IpAddress];
const vlan = 'vlan' as InterfaceName;

let node: Namespace;
let router: Namespace;

/** A node whose default route is by eth0, and a client that sends to a pod by `vlan`, as requests to a service come after DNAT. */
beforeAll(() => {
  node = openNamespace();
  router = openNamespace();
  node.sh(`
    ip link set lo up
    for device in eth0 vlan pod; do ip link add "$device" type veth peer name "$device-peer"; done
    ip link set vlan-peer netns ${router.pid}
    for device in eth0 eth0-peer vlan pod pod-peer; do
      ip link set "$device" addrgenmode none arp off
      ip link set "$device" up
    done
    ip address add 192.168.1.10/24 dev eth0
    ip route add default via 192.168.1.1
    ip route add ${pod} dev pod
    ip rule add priority 2010 to ${pod} lookup main
    echo 1 >/proc/sys/net/ipv4/ip_forward
    iptables -t mangle -A PREROUTING -i vlan -j MARK --set-mark 0x100`);
  router.sh(`
    ip link set lo up
    ip link set vlan-peer addrgenmode none arp off
    ip link set vlan-peer address "${node.sh('ip -j link show vlan').match(/"address":"([^"]+)"/)?.[1] ?? ''}"
    ip link set vlan-peer up
    ip address add ${client} dev lo
    ip route add 10.112.0.0/12 dev vlan-peer src ${client}`);
});

afterAll(() => {
  node.stop();
  router.stop();
});

describe('the model of rp_filter', () => {
  const cases = [0, 1, 2].flatMap((all) =>
    [0, 1, 2].flatMap((own) =>
      [false, true].flatMap((hasAddress) =>
        [0, 1].flatMap((markOfAll) =>
          [0, 1].flatMap((markOfOwn) =>
            [false, true].map((hasRule) => ({ all, own, hasAddress, markOfAll, markOfOwn, hasRule })),
          ),
        ),
      ),
    ),
  );

  it('passes and drops the same real packets as the kernel, whatever is set', () => {
    const outcomes = cases.map((each) => ({ ...each, kernel: sendOne(each), model: foresee(each) }));
    expect(outcomes.filter(({ kernel, model }) => kernel !== model)).toEqual([]);
    console.log(`${outcomes.length} packets, ${outcomes.filter(({ kernel }) => kernel === 'passes').length} pass`);
  });
});

type Case = {
  readonly all: number;
  readonly own: number;
  readonly hasAddress: boolean;
  readonly markOfAll: number;
  readonly markOfOwn: number;
  readonly hasRule: boolean;
};

function sendOne({ all, own, hasAddress, markOfAll, markOfOwn, hasRule }: Case): string {
  const before = node.sh(`
    cd /proc/sys/net/ipv4/conf
    echo ${all} >all/rp_filter; echo ${own} >vlan/rp_filter
    echo ${markOfAll} >all/src_valid_mark; echo ${markOfOwn} >vlan/src_valid_mark
    ip address flush dev vlan
    ${hasAddress ? 'ip address add 169.254.100.1/32 dev vlan' : ''}
    ip route replace default via 1.2.3.1 dev vlan onlink table 100
    ip rule del priority 2011 2>/dev/null || true
    ${hasRule ? 'ip rule add priority 2011 fwmark 0x100/0x1f00 lookup 100' : ''}
    ${counters}`);
  router.sh(`bash --norc -c 'echo >/dev/udp/${pod}/9'`);
  const after = node.sh(counters);
  const [forwarded, filtered] = [0, 1].map((at) => numberAt(after, at) - numberAt(before, at));
  if (forwarded === 1 && filtered === 0) return 'passes';
  if (forwarded === 0 && filtered === 1) return 'drops';
  throw new Error(`the packet was lost for another reason: forwarded ${forwarded}, filtered ${filtered}`);
}

/** Packets sent to the pod, and packets that rp_filter dropped (IPReversePathFilter). */
const counters = `
  sed -n 's/^ *pod: *//p' /proc/net/dev | awk '{ print $10 }'
  awk '$1 == "TcpExt:" { if (!n) { n = NF; for (i = 1; i <= NF; i++) name[i] = $i } else for (i = 1; i <= NF; i++) if (name[i] == "IPReversePathFilter") print $i }' /proc/net/netstat`;

function numberAt(text: string, at: number): number {
  return Number(text.trim().split('\n')[at]);
}

/** What the model says of the packet, with the rules and routes as the kernel has them now. */
function foresee({ all, own, hasAddress, markOfAll, markOfOwn }: Case): string {
  const state = {
    rules: parseRuleShow(node.sh('ip -N -4 -j rule show'), 'ipv4'),
    routes: parseRouteShow(node.sh('ip -N -4 -j route show table all'), 'ipv4'),
    devices: [
      {
        name: vlan,
        hasIpv4Address: hasAddress,
        rpFilter: own,
        usesMark: markOfOwn === 1,
        acceptsLocal: false,
        forwards: true,
      },
    ],
    all: { rpFilter: all, usesMark: markOfAll === 1, acceptsLocal: false },
    forwardsIpv6: true,
  };
  const packet = { from: client, to: pod, iif: vlan, mark: 0x100 };
  const { verdict } = lookUp(state, { ...packet, oif: null });
  if (verdict.kind !== 'route') throw new Error('the request finds no route');
  return checkSource(state, { ...packet, leavesBy: verdict.route.nextHops[0]?.device ?? null }).verdict.kind;
}
