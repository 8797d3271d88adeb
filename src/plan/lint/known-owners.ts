import type { HostFacts, ObservedInterface } from '../../domain/facts.ts';

/** Software that uses marks, tables or priorities of its own. */
export type KnownOwner = {
  readonly name: string;
  /** What gives it away on a host; null: no interface does. */
  readonly sign: ((link: ObservedInterface) => boolean) | null;
  /** Bits it uses of a packet's mark, and of a connection's. */
  readonly packet: number;
  readonly connection: number;
  /** Tables and priorities of its rules. */
  readonly tables: readonly Span[];
  readonly priorities: readonly Span[];
};

/** First and last. */
type Span = readonly [number, number];

/** Numbers by the sources of each project, as of 2026. */
export const knownOwners: readonly KnownOwner[] = [
  // 0x4000 masquerade; 0x8000 drop, of kubelets before 1.28.
  owner('kube-proxy', null, { packet: 0xc000 }),
  owner('Calico', named('cali*', 'vxlan.calico'), { packet: 0xffff0000, tables: [[1, 250]], priorities: [[99, 99]] }),
  owner('Cilium', named('cilium_host'), {
    // A magic number in 0xf00, an identity in the rest but 0xf000.
    packet: 0xffff0fff,
    tables: [[200, 202], ...one(2004, 2005)],
    priorities: [[1, 20], ...one(100), [109, 112]],
  }),
  owner('the AWS VPC CNI', named('eni*'), {
    ...{ packet: 0x80, connection: 0x80 },
    priorities: [[1, 20], ...one(512, 1024, 1535, 1536)],
  }),
  owner('kube-router', named('kube-bridge', 'kube-dummy-if'), {
    ...{ packet: 0x30000, tables: [[77, 79]], priorities: one(32764, 32765) },
  }),
  owner('Antrea', named('antrea-gw0'), { packet: 0xc00000ff, tables: [[101, 120], ...one(141)] }),
  owner('OVN-Kubernetes', named('ovn-k8s-mp0'), {
    ...{ packet: 0x1747fc, connection: 0x1, tables: one(7), priorities: one(5000, 6000) },
  }),
  owner('Weave Net', named('weave'), { packet: 0x60000 }),
  owner('Tailscale', named('tailscale*'), {
    ...{ packet: 0xff0000, connection: 0xff0000, tables: one(52), priorities: [[5210, 5270]] },
  }),
  // Its rules compare the whole mark.
  owner('NetBird', named('wt0'), { packet: 0x1ffff }),
  owner('wg-quick', null, { tables: one(51820), priorities: one(32764, 32765) }),
  owner('kube-vip', null, { tables: one(198) }),
  owner('metallb-node-route-agent', null, { tables: one(20), priorities: one(20) }),
  // The kernel adds this rule with the first VRF.
  owner('VRF', ({ kind }) => kind === 'vrf', { priorities: one(1000) }),
];

/** Those that are seen on a host. */
export function ownersOn({ interfaces, serviceProxy }: HostFacts): readonly KnownOwner[] {
  const hasKubeProxy = ['iptables', 'nftables', 'ipvs'].includes(serviceProxy.kind);
  return knownOwners.filter(({ name, sign }) =>
    sign === null ? name === 'kube-proxy' && hasKubeProxy : interfaces.some(sign),
  );
}

/** Half a sentence that names who is known to use a table or a priority; empty where nobody is. */
export function suspects(kind: 'tables' | 'priorities', number: number): string {
  const names = knownOwners
    .filter((known) => known[kind].some(([first, last]) => first <= number && number <= last))
    .map(({ name }) => name);
  return names.length === 0 ? '' : `; known users of this number: ${names.join(', ')}`;
}

function owner(name: string, sign: KnownOwner['sign'], uses: Partial<Omit<KnownOwner, 'name' | 'sign'>>): KnownOwner {
  return { name, sign, packet: 0, connection: 0, tables: [], priorities: [], ...uses };
}

/** Names of interfaces; `*` at the end stands for anything. */
function named(...names: readonly string[]): NonNullable<KnownOwner['sign']> {
  return ({ name }) => names.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
}

function one(...numbers: readonly number[]): readonly Span[] {
  return numbers.map((number) => [number, number]);
}
