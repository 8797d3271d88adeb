import type { ReturnPath } from '../../../../src/domain/desired-state.ts';

/** How a service is proxied, what is behind it, who asks for it, in which family. */
export const proxies = ['iptables', 'nftables', 'ipvs'] as const;
export const methods = ['none', 'onlink', 'source', 'mark'] as const satisfies readonly ReturnPath[];
export const families = ['ipv4', 'ipv6'] as const;
export const backends = ['local', 'cluster-local', 'cluster-remote', 'host-network'] as const;
const clients = ['outside', 'on-link', 'pod', 'other-pod', 'node', 'other-node'] as const;

export type ProxyMode = (typeof proxies)[number];
export type Method = (typeof methods)[number];
export type Family = (typeof families)[number];
export type Backend = (typeof backends)[number];
export type Client = (typeof clients)[number];

export type Cell = {
  readonly proxy: ProxyMode;
  readonly method: Method;
  readonly family: Family;
  readonly backend: Backend;
  readonly client: Client;
};

/**
 * `ok`: the right server answered, and the reply took the right way; `refused`: mlbroute will not set it up. Else nobody answered, the reply took
 * another way or was not seen on the right one, or another server answered.
 */
export type Outcome = 'ok' | 'refused' | 'lost' | 'astray' | 'unseen' | 'wrong';

/** All cells of one mode of kube-proxy. */
export function cellsOf(proxy: ProxyMode): readonly Cell[] {
  return methods.flatMap((method) =>
    families.flatMap((family) =>
      clients.flatMap((client) => backends.map((backend) => ({ proxy, method, family, backend, client }))),
    ),
  );
}

/** What DESIGN and docs promise of a cell. Replies have the pod's address when iptables and nftables route them; onlink has no gateway. */
export function promised({ proxy, method, client }: Omit<Cell, 'backend' | 'family'>): 'ok' | 'refused' {
  if (method === 'source' && proxy !== 'ipvs') return 'refused';
  if (method === 'onlink' && client === 'outside') return 'refused';
  return 'ok';
}

export const nameOf = ({ proxy, method, family, backend, client }: Cell) =>
  `${proxy} ${method} ${family}: ${client} → ${backend}`;

const heads = { local: 'Loc', 'cluster-local': 'Clu', 'cluster-remote': 'Rem', 'host-network': 'Net' } as const;
const words = { 'on-link': 'on the link', 'other-pod': 'other pod', 'other-node': 'other node' } as const;
const wordOf = (client: Client) => (client in words ? words[client as keyof typeof words] : client);
const mark = { ok: 'ok', refused: '-', lost: 'LOST', astray: 'ASTR', unseen: 'NONE', wrong: 'WRNG' } as const;

/** The matrix for a terminal of 200 columns: a row per mode, method and family, a column per client and backend, and the reasons of what is refused. */
export function printedMatrix(measured: {
  readonly outcomes: ReadonlyMap<Cell, Outcome>;
  readonly reasons: ReadonlySet<string>;
}): string {
  const wide = (text: string) => text.padEnd(backends.length * 5 + 1);
  const all = [...measured.outcomes];
  const order = [...new Set(proxies.flatMap((proxy) => cellsOf(proxy).map(rowOf)))];
  const grid = order.flatMap((row) => {
    const own = all.filter(([cell]) => rowOf(cell) === row);
    if (own.length === 0) return [];
    const text = (client: Client, backend: Backend) =>
      own.filter(([cell]) => cell.client === client && cell.backend === backend).map(([, outcome]) => mark[outcome]);
    const part = (client: Client) => wide(backends.map((backend) => text(client, backend).join().padEnd(5)).join(''));
    return [`${row} ${clients.map(part).join('')}`];
  });
  const margin = ' '.repeat(25);
  return [
    `${margin}${clients.map((client) => wide(wordOf(client))).join('')}`,
    `${margin}${clients.map(() => wide(backends.map((backend) => heads[backend].padEnd(5)).join(''))).join('')}`,
    ...grid,
    'Loc: Local policy, a pod on the announcing node. Clu, Rem: Cluster policy, a pod there, a pod elsewhere. Net: a server in the node’s own network.',
    ...[...measured.reasons].map((reason) => `-: ${reason}`.replaceAll(/(.{1,190})( |$)/g, '$1\n   ').trimEnd()),
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

const rowOf = ({ proxy, method, family }: Cell) => `${proxy.padEnd(9)} ${method.padEnd(7)} ${family.padEnd(6)}`;

/** The matrix for docs, as Markdown: what `promised` says of all backends and both families, which the packet tests hold against the wire. */
export function documentedMatrix(): string {
  const rows = proxies.flatMap((proxy) =>
    methods.map((method) => {
      const cells = clients.map((client) => promised({ proxy, method, client }));
      return `| ${proxy} | \`${method}\` | ${cells.join(' | ')} |`;
    }),
  );
  const head = ['kube-proxy', '`return_path`', ...clients.map(wordOf)];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---|').join('')}`, ...rows].join('\n');
}
