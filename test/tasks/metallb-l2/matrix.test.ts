import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellsOf, documentedMatrix, type Outcome, printedMatrix, promised, proxies } from './matrix/cells.ts';

const outcomes = new Map(proxies.flatMap((proxy) => cellsOf(proxy).map((cell) => [cell, promised(cell) as Outcome])));

describe('the matrix of all cells', () => {
  it('is that of docs/datapath.md', () => {
    expect(readFileSync(new URL('../../../docs/datapath.md', import.meta.url), 'utf8')).toContain(
      `\n\n${documentedMatrix()}\n\n`,
    );
  });

  it('has every method, mode, backend, client and family once, and prints within 200 columns', () => {
    expect(outcomes.size).toBe(4 * 3 * 4 * 6 * 2);
    const lines = printedMatrix({ outcomes, reasons: new Set(['because '.repeat(60)]) }).split('\n');
    expect(lines.filter((line) => /^(iptables|nftables|ipvs) /.test(line))).toHaveLength(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(200);
  });

  it('shows what went wrong where it did', () => {
    const [first] = outcomes.keys();
    if (first === undefined) throw new Error('no cell');
    const grid = printedMatrix({ outcomes: new Map([...outcomes, [first, 'astray']]), reasons: new Set() });
    expect(grid).toMatch(/^iptables +none +ipv4 +ASTR ok /m);
  });
});
