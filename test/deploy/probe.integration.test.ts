import { afterEach, beforeEach, expect, it } from 'vitest';
import { probe } from '../../src/deploy/probe.ts';
import { surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sampleState, sure } from './sample-state.ts';

let host: NamespaceHost;

beforeEach(() => {
  host = startNamespaceHost();
  // The namespace's name lies in the host's own /run and goes with it.
  host.sh(`ip netns add gateway; ip link set peer1 netns gateway
    ip netns exec gateway sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    ip -n gateway link set peer1 up; ip -n gateway address add 1.2.3.1/24 dev peer1`);
});
afterEach(() => host.stop());

async function findings() {
  const surroundings = surroundingsOf(host.connect);
  const session = sure(await host.connect(host.connection));
  return sure(
    await probe(
      session,
      {
        decisions: sampleState.decisions.map((decision) => ({ ...decision, fwmark: null })),
        ...{ interfaces: [], capture: null },
      },
      surroundings,
    ),
  ).findings;
}

const silent = {
  code: 'probe',
  where: 'network',
  subject: 'network public',
  message: 'the gateway 1.2.3.1 does not answer ARP on eth1',
  hint: expect.any(String),
};

it('finds nothing where the gateway answers', async () => {
  expect(await findings()).toEqual([]);
});

it('names a gateway that does not answer, though it did a moment ago, and is content when it does again', async () => {
  expect(await findings()).toEqual([]);
  host.sh('ip -n gateway link set peer1 arp off');
  expect(await findings()).toEqual([silent]);
  expect(await findings()).toEqual([silent]);
  host.sh('ip -n gateway link set peer1 arp on');
  expect(await findings()).toEqual([]);
});

it('takes a neighbour entered by hand as it is', async () => {
  host.sh(
    'ip -n gateway link set peer1 arp off; ip neigh replace 1.2.3.1 dev eth1 lladdr 02:00:00:00:00:01 nud permanent',
  );
  expect(await findings()).toEqual([]);
  expect(host.sh('ip neigh show dev eth1')).toMatch(/^1\.2\.3\.1 lladdr 02:00:00:00:00:01 PERMANENT/);
});
