import { describe, expect, it } from 'vitest';
import { formatShard, isInShard, parseShard } from '../../src/domain/shard.ts';

const hosts = Array.from({ length: 1000 }, (_, index) => `node${index}.example.com`);
const shardOf = (host: string, of: number) =>
  Array.from({ length: of }, (_, index) => index + 1).filter((index) => isInShard(host, { index, of }));

describe('a shard', () => {
  it.each(['1/1', '2/5', '1000/1000'])('%s is read as it is written', (text) => {
    const parsed = parseShard(text);
    expect(parsed.ok && formatShard(parsed.value)).toBe(text);
  });

  it.each([
    ['', '"" is not a part of a whole, as 2/5'],
    ['2', '"2" is not a part of a whole, as 2/5'],
    ['-1/5', '"-1/5" is not a part of a whole, as 2/5'],
    ['0/5', '"0/5": the parts of 5 are 1/5 to 5/5'],
    ['6/5', '"6/5": the parts of 5 are 1/5 to 5/5'],
    ['0/0', '"0/0": a run has 1 to 1000 parts'],
    ['1/1001', '"1/1001": a run has 1 to 1000 parts'],
  ])('"%s" is none', (text, error) => {
    expect(parseShard(text)).toEqual({ ok: false, error });
  });

  it.each([1, 2, 5, 7])('of %i: each host is in one and in no other, and none has far more than its part', (of) => {
    const sizes = new Map<number, number>();
    for (const host of hosts) {
      const [shard, ...others] = shardOf(host, of);
      expect(others).toEqual([]);
      sizes.set(shard ?? 0, (sizes.get(shard ?? 0) ?? 0) + 1);
    }
    expect(Math.min(...sizes.values())).toBeGreaterThan((1000 / of) * 0.8);
    expect(Math.max(...sizes.values())).toBeLessThan((1000 / of) * 1.2);
  });

  it('more takes hosts from all others, and moves none between them', () => {
    const moved = hosts.filter((host) => shardOf(host, 5)[0] !== shardOf(host, 6)[0]);
    expect(moved.every((host) => shardOf(host, 6)[0] === 6)).toBe(true);
    expect(moved.length).toBeLessThan(1000 / 5);
  });

  it('has the same hosts in every version: they are pushed to by whoever has them', () => {
    expect(['a', 'node01', 'node02', 'ü'].map((host) => shardOf(host, 5)[0])).toEqual([4, 4, 4, 1]);
  });
});
