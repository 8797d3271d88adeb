import { describe, expect, it } from 'vitest';
import { formatPortion, hostsIn, type Portion, parsePortion } from '../../src/domain/portion.ts';

describe('parsePortion', () => {
  it.each<[string, Portion]>([
    ['5', { kind: 'count', hosts: 5 }],
    [' 0 ', { kind: 'count', hosts: 0 }],
    ['10%', { kind: 'percent', percent: 10 }],
    ['100%', { kind: 'percent', percent: 100 }],
  ])('reads %j', (text, portion) => {
    expect(parsePortion(text)).toEqual({ ok: true, value: portion });
    expect(formatPortion(portion)).toBe(text.trim());
  });

  it.each([
    ['', '"" is not a number of hosts, as 5, or a percentage, as 10%'],
    ['-1', '"-1" is not a number of hosts, as 5, or a percentage, as 10%'],
    ['1.5', '"1.5" is not a number of hosts, as 5, or a percentage, as 10%'],
    ['10 %', '"10 %" is not a number of hosts, as 5, or a percentage, as 10%'],
    ['101%', '"101%" is more than 100%'],
  ])('refuses %j', (text, error) => {
    expect(parsePortion(text)).toEqual({ ok: false, error });
  });
});

describe('hostsIn', () => {
  it.each([
    ['10%', 19, 1],
    ['10%', 20, 2],
    ['10%', 9, 0],
    ['29%', 100, 29],
    ['100%', 7, 7],
    ['5', 3, 5],
  ])('%s of %i hosts is %i', (text, total, expected) => {
    const portion = parsePortion(text);
    expect(portion.ok && hostsIn(portion.value, total)).toBe(expected);
  });
});
