import type { FindingCode } from '../../src/domain/finding-kinds.ts';

/** How a node's network is brought up, and so which backend keeps what was pushed. */
export type NodeKind = 'networkd' | 'netplan' | 'unit';

/** What becomes of the pushed state: it is there again by itself, or audit finds this until the next push. */
export type Fate = 'back' | readonly FindingCode[];

/** Something that somebody else does to a node. */
export type NetworkEvent = {
  /** As docs/backends.md says it. */
  readonly words: string;
  /** For root; it may cut the connection. */
  readonly script: string;
  /** By the kind of node: one of these, for networkd may or may not be in time. A kind that is missing has nothing of the sort. */
  readonly fates: Partial<Record<NodeKind, readonly Fate[]>>;
  /** What becomes of rules, and of routes over the parent, that are a network plugin's. */
  readonly others: Others;
};

export type Others = 'stay' | 'rules stay, routes go' | 'go';

const everywhere = (fate: Fate) => ({ networkd: [fate], netplan: [fate], unit: [fate] });
const byNetworkd = (...fates: Fate[]) => ({ networkd: fates, netplan: fates });
const found = (...codes: FindingCode[]): Fate => codes;
const deleteRules = `ip -4 rule show | sed -n 's/^\\(20[0-9][0-9]\\):.*/\\1/p' |
  while read -r priority; do ip -4 rule delete priority "$priority"; done`;

/** What was pushed is in its place, and networkd has not read it yet. */
export const eventsAfterPush: readonly NetworkEvent[] = [
  {
    words: 'the first `networkctl reload` or `netplan apply` after a push that makes a VLAN',
    script: 'if ls /etc/netplan/*.yaml >/dev/null 2>&1; then netplan apply; else networkctl reload; fi',
    // It removes the link route of IPv6 while it brings the gateway.
    fates: byNetworkd('back', found('missing')),
    others: 'go',
  },
];

/** The node was restarted since. */
export const eventsAfterBoot: readonly NetworkEvent[] = [
  {
    words: 'the parent goes down and up',
    script: `default=$(ip -4 route show default); ip link set eth0 down; sleep 2; ip link set eth0 up
      [ -e /run/systemd/netif/state ] || ip -4 route replace $default`,
    fates: everywhere('back'),
    others: 'rules stay, routes go',
  },
  {
    words: 'a VLAN goes down and up',
    script: 'ip link set eth0.100 down; sleep 1; ip link set eth0.100 up',
    fates: everywhere('back'),
    others: 'stay',
  },
  {
    words: '`systemctl restart systemd-networkd`',
    script: 'systemctl restart systemd-networkd',
    fates: byNetworkd('back'),
    others: 'rules stay, routes go',
  },
  { words: '`networkctl reload`', script: 'networkctl reload', fates: byNetworkd('back'), others: 'stay' },
  {
    words: '`networkctl reconfigure` of the parent',
    script: 'networkctl reconfigure eth0',
    fates: byNetworkd('back'),
    others: 'rules stay, routes go',
  },
  {
    words: '`netplan apply`',
    script: 'netplan apply',
    fates: { netplan: ['back'] },
    others: 'rules stay, routes go',
  },
  {
    words: '`systemctl restart` of networking, NetworkManager or wicked',
    script: 'systemctl restart networking',
    fates: { unit: ['back'] },
    others: 'stay',
  },
  {
    words: '`udevadm trigger`',
    script: 'udevadm trigger --action=add --subsystem-match=net; udevadm settle',
    fates: everywhere('back'),
    others: 'stay',
  },
  { words: '`sysctl --system`', script: 'sysctl --system', fates: everywhere('back'), others: 'stay' },
  {
    words: 'somebody deletes a VLAN',
    script: 'ip link delete eth0.100',
    fates: { ...byNetworkd(found('empty-table', 'missing')), unit: ['back'] },
    others: 'stay',
  },
  {
    words: 'somebody deletes rules',
    script: deleteRules,
    fates: { ...byNetworkd(found('missing')), unit: ['back'] },
    others: 'stay',
  },
  {
    words: 'somebody flushes a table',
    script: 'ip -4 route flush table 7100',
    fates: { ...byNetworkd(found('empty-table', 'missing')), unit: ['back'] },
    others: 'stay',
  },
  {
    words: 'somebody flushes chains (`iptables -t mangle -F`)',
    script: 'iptables -t mangle -F',
    fates: everywhere(found('differs')),
    others: 'stay',
  },
];

/** The events as the table of docs/backends.md. */
export function eventTable(): string {
  const said = (fate: Fate) =>
    fate === 'back' ? 'is there again' : `audit: ${fate.map((code) => `\`${code}\``).join(', ')}`;
  const cell = (fates: readonly Fate[] = []) => fates.map(said).join('; or ');
  const rows = [...eventsAfterPush, ...eventsAfterBoot].map(
    ({ words, fates, others }) =>
      `| ${words} | ${cell(fates.networkd)} | ${cell(fates.netplan)} | ${cell(fates.unit)} | ${others} |`,
  );
  return [
    '| event | networkd | netplan’s files | `unit` | rules and routes of others |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
