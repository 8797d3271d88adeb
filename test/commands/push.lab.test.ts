import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeBystanders } from '../../src/lab/bystanders.ts';
import { downLab } from '../../src/lab/down.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { rebootNodes } from '../../src/lab/reboot.ts';
import type { GuestFiles } from '../../src/lab/seed.ts';
import { ubuntuLike } from '../../src/lab/up.ts';
import { dualNetwork, secondNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, kernelOf, onNode, stateOf } from './lab-node.ts';
import { auditOf, pushTo } from './pushing.ts';

/** So that sshd tells of each command it starts. */
const talkative: GuestFiles = { '/etc/ssh/sshd_config.d/verbose.conf': 'LogLevel VERBOSE\n' };

/** A parent of another kind with a port, as a host's own files make it. */
const parentOfKind = (name: string, kind: string): GuestFiles => ({
  [`/etc/systemd/network/20-${name}.netdev`]: `[NetDev]\nName=${name}\nKind=${kind}\n`,
  [`/etc/systemd/network/20-${name}.network`]: `[Match]\nName=${name}\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nLinkLocalAddressing=no\n`,
  '/etc/systemd/network/20-port.netdev': '[NetDev]\nName=port\nKind=dummy\n',
  '/etc/systemd/network/20-port.network': `[Match]\nName=port\n\n[Network]\n${kind === 'bond' ? 'Bond' : 'Bridge'}=${name}\n`,
});

/** What the VLAN of the second network is made on. */
const uplinks = ['br0', 'bond0', 'eth0'] as const;

/** The life of one configuration on three kinds of node, each test going on from the one before: like Debian, like Ubuntu, and with broad files. */
const kinds: Readonly<Record<string, GuestFiles>> = {
  n1: { ...talkative, ...parentOfKind('br0', 'bridge') },
  n2: { ...talkative, ...ubuntuLike, ...parentOfKind('bond0', 'bond') },
  n3: {
    ...talkative,
    '/etc/sysctl.d/50-x.conf': 'net.ipv4.conf.*.rp_filter=1\n',
    '/etc/systemd/network/50-all.network': '[Match]\nName=eth*\n\n[Network]\nDHCP=yes\n',
  },
};
const nodes = Object.keys(kinds);

/** What belongs to others, of every sort that mlbroute makes too. */
const foreign = `ip link add link eth0 name eth0.300 type vlan id 300; ip link set eth0.300 addrgenmode none; ip link set eth0.300 up
  ip rule add priority 2050 from 10.77.0.0/16 lookup 7300; ip route add blackhole 10.77.0.0/16 table 7300
  iptables -t mangle -N FOREIGN; iptables -t mangle -I PREROUTING -j FOREIGN; iptables -t mangle -A FOREIGN -d 10.77.0.1 -j RETURN`;
const withoutForeign = `ip link delete eth0.300; ip rule delete priority 2050; ip route delete blackhole 10.77.0.0/16 table 7300
  iptables -t mangle -D PREROUTING -j FOREIGN; iptables -t mangle -F FOREIGN; iptables -t mangle -X FOREIGN`;

let lab: Lab;
let all: string;
let pristine: PerNode;
let pushed: PerNode;

beforeAll(async () => {
  lab = await bootLab({ nodes: nodes.length, files: kinds });
  // Everything a network can have: an address of the host's own, a neighbour, a check of sources by netfilter.
  const second = {
    ...secondNetwork,
    link: { parent: '{{ uplink }}', vlan: 200, name: 'eth0.200', mtu: 1400 },
    ...{ address: '5.6.7.{{ number }}/24', neighbor: '52:54:00:ab:cd:ef', rp_filter: 'rpfilter' },
  };
  all = await writeInventory(lab, 'all', { networks: [dualNetwork, second, segmentNetwork] }, (n) => ({
    number: 200 + n,
    uplink: uplinks[n - 1],
  }));
  pristine = await onEach((node) => stateOf(lab, node));
  await onEach(sshUse);
});
afterAll(async () => {
  await downLab(lab.dir);
});

type PerNode = Readonly<Record<string, string>>;

async function onEach(look: (node: string) => Promise<string>): Promise<PerNode> {
  return Object.fromEntries(await Promise.all(nodes.map(async (node) => [node, await look(node)] as const)));
}

/** What sshd saw of mlbroute's user since it was last asked. */
function sshUse(node: string): Promise<string> {
  return onNode(
    lab,
    node,
    `journalctl --sync; journalctl -u ssh -o cat --cursor-file=/run/ssh-cursor >/run/ssh-log
    echo "$(grep -c '^Accepted publickey for admin ' /run/ssh-log) connections, $(grep -c '^Starting session: .* for admin ' /run/ssh-log) sessions"`,
  );
}

const filesAlone = (state = '') => state.replaceAll(/^d .*\n/gm, '');

const everywhere = (text: string): PerNode => Object.fromEntries(nodes.map((node) => [node, text]));

describe('a first push', () => {
  it('changes every kind of node, with nothing of others gone for a moment, and a TCP connection living on', async () => {
    const bystanders = await placeBystanders(lab);
    const { exitCode, stderr } = await pushTo(all);
    const harm = await bystanders.check();
    expect({ exitCode, harm }, stderr).toEqual({ exitCode: 0, harm: [] });
    await onEach((node) => onNode(lab, node, 'ip rule delete priority 1200; ip route delete 10.98.0.0/16'));
  });

  it('costs two connections, with one shell for a look and the change on the first, one for a look and the confirmation on the second', async () => {
    expect(await onEach(sshUse)).toEqual(everywhere('2 connections, 2 sessions'));
  });

  it('leaves nothing for a second one, which costs one connection with one session', async () => {
    const { exitCode, stderr } = await pushTo(all);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('3 unchanged');
    expect(await onEach(sshUse)).toEqual(everywhere('1 connections, 1 sessions'));
  });

  it('is still as planned when udev and networkd have had their time, even where a broad .network file would take the VLANs', async () => {
    await sleep(5000);
    const { exitCode, stdout } = await auditOf(all);
    expect(exitCode, stdout).toBe(0);
    expect(await onEach((node) => onNode(lab, node, 'networkctl --no-legend list eth0.100 eth0.200'))).toEqual(
      everywhere(expect.stringMatching(/ unmanaged *\n.* unmanaged$/)),
    );
    pushed = await onEach((node) => kernelOf(lab, node));
  });
});

describe('a reboot', () => {
  beforeAll(async () => {
    await rebootNodes(lab, nodes, (line) => process.stderr.write(`${line}\n`));
  });

  it.each(nodes)('leads %s to the very state that the push left', async (node) => {
    expect(await kernelOf(lab, node)).toBe(pushed[node]);
  });

  it('hands the VLANs to networkd, by the files of mlbroute and no other', async () => {
    const files = await onEach((node) =>
      onNode(lab, node, 'for vlan in 100 200; do networkctl status eth0.$vlan | grep "Network File"; done'),
    );
    const ours = /\/05-mlbroute-eth0\.100\.network\n.*\/05-mlbroute-eth0\.200\.network$/;
    expect(files).toEqual(everywhere(expect.stringMatching(ours)));
  });

  it('leaves nothing for the audit or another push', async () => {
    const { exitCode, stdout } = await auditOf(all);
    expect(exitCode, stdout).toBe(0);
    expect((await pushTo(all)).stderr).toContain('3 unchanged');
  });
});

describe('a network that is taken out of the inventory', () => {
  it('takes its VLAN, table, rules and marks along, and leaves the others as they are', async () => {
    await onEach((node) => onNode(lab, node, foreign));
    const path = await writeInventory(lab, 'without-second', { networks: [dualNetwork, segmentNetwork] });
    const { exitCode, stderr } = await pushTo(path);
    expect(exitCode, stderr).toBe(0);
    const kernels = await onEach((node) => kernelOf(lab, node));
    const remains = expect.not.stringMatching(/eth0[./]200|5\.6\.7\.| 7200|0x200/);
    const others = expect.stringMatching(/eth0\.100@eth0[\s\S]*default via 1\.2\.3\.1 dev eth0\.100 table 7100/);
    expect(kernels).toEqual(everywhere(remains));
    expect(kernels).toEqual(everywhere(others));
    const files = (node: string) =>
      onNode(lab, node, 'grep -rlE "eth0[./]200|5[.]6[.]7[.]" /etc/mlbroute /etc/sysctl.d /etc/systemd; true');
    expect(await onEach(files)).toEqual(everywhere(''));
  });

  it('leaves the node as it was before the first push when it was the last one, and what belongs to others untouched', async () => {
    const path = await writeInventory(lab, 'none', { networks: [] });
    const { exitCode, stderr } = await pushTo(path);
    expect(exitCode, stderr).toBe(0);
    expect(
      await onEach((node) =>
        onNode(lab, node, 'ip -br link; ip rule; ip route show table 7300; iptables-save -t mangle'),
      ),
    ).toEqual(
      everywhere(
        expect.stringMatching(/eth0\.300@eth0 [\s\S]*^2050:.*lookup 7300 *$[\s\S]*^blackhole [\s\S]*-A FOREIGN /m),
      ),
    );
    await onEach((node) => onNode(lab, node, withoutForeign));
    const after = await onEach((node) => stateOf(lab, node));
    // Folders may stay, empty.
    for (const node of nodes) expect(filesAlone(after[node]), node).toBe(filesAlone(pristine[node]));
  });
});
