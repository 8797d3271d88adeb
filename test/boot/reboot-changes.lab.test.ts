import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesUntil, rebootChanges } from '../../src/boot/reboot-changes.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import { labNetwork } from '../../src/lab/topology.ts';
import { ubuntuLike } from '../../src/lab/up.ts';
import { dualNetwork, secondNetwork, segmentNetwork, writeInventory } from '../commands/lab-inventory.ts';
import { bootLab, onNode, takeNetworkdAway } from '../commands/lab-node.ts';
import { auditOf, pushTo, seenOf } from '../commands/pushing.ts';

/** What somebody does to a node, in words and as a script. The files of the push are back before each; the kernel is as the last boot left it. */
type Drift = readonly [words: string, script: string];

const own = '/etc/systemd/network/05-mlbroute-';
/** Another tool takes the parent over: the drop-in for its file is there or not. */
const netplan = (file: string) => `address=$(sed -n 's/^Address=//p' /etc/systemd/network/10-eth0.network)
  rm /etc/systemd/network/10-eth0.network
  mv /etc/systemd/network/10-eth0.network.d /etc/systemd/network/${file}.d
  mkdir -p /etc/netplan
  printf 'network:\\n  version: 2\\n  ethernets:\\n    eth0:\\n      addresses: [%s]\\n      routes: [{to: default, via: ${labNetwork.gateway}}]\\n' "$address" >/etc/netplan/50-lab.yaml
  chmod 600 /etc/netplan/50-lab.yaml`;
const networkdDrifts: readonly (readonly Drift[])[] = [
  [
    ['a rule was deleted', 'ip rule delete priority 2011'],
    [
      'a broad file comes first',
      `printf '[Match]\\nName=eth0.100\\n\\n[Network]\\nLinkLocalAddressing=no\\n' >/etc/systemd/network/01-all.network`,
    ],
    ['the rules have other priorities', `sed -i 's/^Priority=2011/Priority=2044/' ${own}eth0.100.network`],
    [
      'a VLAN is no longer one of its parent',
      `sed -i '/^VLAN=eth0.200/d' /etc/systemd/network/10-eth0.network.d/50-mlbroute.conf`,
    ],
    [
      'chains have another mark',
      `sed -i 's,--set-xmark 0x100/0x1f00,--set-xmark 0x300/0x1f00,' /etc/mlbroute/iptables.v4`,
    ],
    ['nothing loads the chains', 'rm /etc/systemd/system/multi-user.target.wants/mlbroute-iptables.service'],
    [
      'a neighbour has another card',
      `sed -i 's/^LinkLayerAddress=.*/LinkLayerAddress=52:54:00:00:00:99/' ${own}eth0.200.network`,
    ],
    ['netplan takes the parent, and its file is known', netplan('10-netplan-eth0.network')],
  ],
  [
    [
      'a table was emptied, another filled by hand',
      'ip route flush table 7100; ip route add 9.9.9.0/24 dev eth0.200 table 7200',
    ],
    ['the .netdev of a VLAN is gone', `rm ${own}eth0.100.netdev`],
    ['our settings are gone where a distribution has its own', 'rm /etc/sysctl.d/99-zz-mlbroute.conf'],
    ['a later file sets a VLAN’s rp_filter', "echo 'net.ipv4.conf.eth0/100.rp_filter = 1' >/etc/sysctl.d/zzz.conf"],
    ['a glob of somebody else', "echo 'net.ipv4.conf.*.rp_filter = 1' >/etc/sysctl.d/zzz.conf"],
    ['systemd-sysctl is masked', 'systemctl mask systemd-sysctl.service'],
    ['an address is another', `sed -i 's,^Address=5.6.7.202/24,Address=5.6.7.222/24,' ${own}eth0.200.network`],
    ['netplan takes the parent, and its file is not known', netplan('10-eth0.network')],
  ],
  [
    ['a VLAN was deleted', 'ip link delete eth0.100'],
    ['the .network of a VLAN is gone', `rm ${own}eth0.200.network`],
    ['a VLAN has another MTU', `sed -i 's/^MTUBytes=.*/MTUBytes=1300/' ${own}eth0.200.netdev`],
    ['the fragment for IPv6 is gone', 'rm /etc/mlbroute/iptables.v6'],
    [
      'a VLAN gets no address of IPv6',
      `sed -i 's/^LinkLocalAddressing=.*/LinkLocalAddressing=no/' ${own}eth0.100.network`,
    ],
    [
      'a route is no longer written, another is',
      `sed -i 's,^Destination=5.6.7.0/24,Destination=5.6.7.0/25,' ${own}eth0.200.network`,
    ],
    ['the drop-in of the parent is gone', 'rm /etc/systemd/network/10-eth0.network.d/50-mlbroute.conf'],
  ],
];
const unitDrifts: readonly Drift[] = [
  ['a chain was emptied and a VLAN deleted', 'iptables -t mangle -F MLBROUTE-OUTPUT; ip link delete eth0.200'],
  ['the script is gone', 'rm /etc/mlbroute/routing.sh'],
  ['a rule of the script has another priority', "sed -i 's/priority 2011/priority 2044/' /etc/mlbroute/routing.sh"],
  ['a VLAN of the script has another MTU', "sed -i '/^vlan eth0.200/s/1400/1300/' /etc/mlbroute/routing.sh"],
  ['the script knows no neighbour', "sed -i '/ip neighbor/d' /etc/mlbroute/routing.sh"],
  ['nothing starts the script', 'rm /etc/systemd/system/*.wants/mlbroute-routing.*'],
  [
    'a route of the script is another',
    "sed -i 's,route replace 5.6.7.0/24,route replace 5.6.7.0/25,' /etc/mlbroute/routing.sh",
  ],
];

const nodes = ['n1', 'n2', 'n3', 'n4'] as const;
const driftsOf = (round: number): ReadonlyMap<string, Drift> =>
  new Map(
    nodes.map((node, index) => [node, ([...networkdDrifts, unitDrifts][index] ?? [])[round] ?? ['nothing', ':']]),
  );

const restore = `cd / && systemctl unmask systemd-sysctl.service 2>/dev/null; rm -rf etc/mlbroute etc/sysctl.d etc/systemd etc/netplan && tar xf /root/pushed.tar && sync`;
const print = (line: string) => process.stderr.write(`${line}\n`);

let lab: Lab;
let inventory: string;

beforeAll(async () => {
  lab = await bootLab({ nodes: nodes.length, files: { n2: ubuntuLike } });
  await takeNetworkdAway(lab, 'n4');
  await rebootNodes(lab, ['n4'], print);
  const second = {
    ...secondNetwork,
    link: { parent: 'eth0', vlan: 200, mtu: 1400 },
    ...{ address: '5.6.7.{{ number }}/24', neighbor: '52:54:00:ab:cd:ef' },
  };
  inventory = await writeInventory(lab, 'drifts', { networks: [dualNetwork, second, segmentNetwork] }, (n) => ({
    number: 200 + n,
  }));
  const { exitCode, stderr } = await pushTo(inventory);
  expect(exitCode, stderr).toBe(0);
  await Promise.all(
    nodes.map((node) => onNode(lab, node, 'cd / && tar cf /root/pushed.tar etc/mlbroute etc/sysctl.d etc/systemd')),
  );
});
afterAll(async () => {
  await downLab(lab.dir);
});

const words = (changes: ReturnType<typeof rebootChanges>) =>
  changes.map(({ sign, words }) => `${sign} ${words}`).sort();

describe('what the audit says that a reboot would change', () => {
  it('is nothing after a push', async () => {
    const { stdout } = await auditOf(inventory);
    expect(stdout).toContain('4 hosts as described');
    expect(stdout).not.toContain('reboot');
  });

  it.each(Array.from({ length: 8 }, (_, round) => round))('is what a real reboot does: round %i', async (round) => {
    const drifts = driftsOf(round);
    await Promise.all(
      Array.from(drifts, ([node, [, script]]) => onNode(lab, node, `${round === 0 ? '' : restore}\n${script}`)),
    );
    const before = await seenOf(inventory);
    await rebootNodes(lab, nodes, print);
    const after = await seenOf(inventory);
    const lists = (of: 'predicted' | 'real') =>
      Object.fromEntries(
        Array.from(before, ([node, { desired, observed }]) => {
          const seen = after.get(node);
          if (seen === undefined) throw new Error(`${node} was not seen again`);
          const changes =
            of === 'predicted' ? rebootChanges(desired, observed) : changesUntil(desired, observed, seen.observed);
          return [`${node}: ${drifts.get(node)?.[0]}`, words(changes)];
        }),
      );
    const predicted = lists('predicted');
    for (const [drift, changes] of Object.entries(predicted)) print(`${drift}: ${changes.length} changes`);
    expect(predicted).toEqual(lists('real'));
    // The predictions are about something.
    expect(Object.values(predicted).flat().length).toBeGreaterThan(3);
  });
});
