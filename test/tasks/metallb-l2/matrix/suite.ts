import { expect, it } from 'vitest';
import { askAll, type Topology } from './ask.ts';
import { type Cell, cellsOf, type Method, nameOf, type Outcome, type ProxyMode, promised } from './cells.ts';
import { gateways, type networksOf } from './services.ts';

type Networks = ReturnType<typeof networksOf>;

/** Where a mode's cells are asked, and how a push gets there. */
export type MatrixRun = {
  readonly proxy: ProxyMode;
  readonly topology: () => Topology;
  readonly networks: Networks;
  readonly push: (networks: readonly object[]) => Promise<{ readonly exitCode: number; readonly stderr: string }>;
};

/** What came of it, to be printed. */
export type Measured = { readonly outcomes: Map<Cell, Outcome>; readonly reasons: Set<string> };

/** Wishes that cannot work, and what is said to them. */
const impossible = (networks: Networks, proxy: ProxyMode): readonly (readonly [Method, object, RegExp])[] => [
  ...(proxy === 'ipvs'
    ? []
    : [
        [
          'source',
          networks.source,
          /return_path source does not work with kube-proxy in \w+ mode.*?\[return-path\]/,
        ] as const,
      ]),
  [
    'onlink',
    { ...networks.onlink, gateway: gateways.onlink },
    /return_path onlink does not work with a gateway.*?\[return-path\]/,
  ],
];

/** The tests of all cells of one mode of kube-proxy: they go on from one another. */
export function testMatrix({ proxy, topology, networks, push }: MatrixRun, { outcomes, reasons }: Measured): void {
  const cells = cellsOf(proxy);
  const isRefused = (cell: Cell) => promised(cell) === 'refused';
  const wishes = impossible(networks, proxy);

  it('nobody beyond the router of the services is answered where nothing was pushed', async () => {
    const asked = await askAll(
      topology(),
      cells.filter(({ client, method }) => client === 'outside' && method === 'mark'),
      1,
    );
    expect([...asked.values()]).not.toContain('ok');
  });

  it('what cannot work is refused, with the reason', async () => {
    const { exitCode, stderr } = await push(wishes.map(([, network]) => network));
    expect(exitCode).toBe(1);
    for (const [method, , words] of wishes) {
      expect(stderr).toMatch(words);
      reasons.add(words.exec(stderr)?.[0] ?? '');
      for (const cell of cells) if (cell.method === method && isRefused(cell)) outcomes.set(cell, 'refused');
    }
  });

  it('what is refused would indeed lead no reply to a client outside', async () => {
    const { exitCode, stderr } = await push(wishes.map(([, network]) => ({ ...network, force: true })));
    expect(exitCode, stderr).toBe(0);
    const asked = await askAll(
      topology(),
      cells.filter((cell) => isRefused(cell) && cell.client === 'outside'),
      1,
    );
    expect([...asked.values()]).not.toContain('ok');
  });

  it('every client is answered from every kind of backend, the right way', async () => {
    const possible = cells.filter((cell) => !isRefused(cell));
    const used = [...new Set(possible.map(({ method }) => networks[method]))];
    const { exitCode, stderr } = await push(used);
    expect(exitCode, stderr).toBe(0);
    const asked = await askAll(topology(), possible);
    for (const [cell, outcome] of asked) outcomes.set(cell, outcome);
    expect(faults(asked)).toEqual([]);
  });

  it('that was every cell', () => {
    expect(cells.filter((cell) => outcomes.get(cell) !== promised(cell)).map(nameOf)).toEqual([]);
  });
}

/** The cells that are not `ok`, with what they are. */
export function faults(asked: ReadonlyMap<Cell, Outcome>): readonly string[] {
  return [...asked].filter(([, outcome]) => outcome !== 'ok').map(([cell, outcome]) => `${nameOf(cell)}: ${outcome}`);
}
