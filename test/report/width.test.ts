import { describe, expect, it } from 'vitest';
import { cutText, widthOf } from '../../src/report/width.ts';

describe('the width of text', () => {
  it.each([
    ['node01', 6],
    ['\x1b[31mred\x1b[39m', 3],
    ['节点', 4],
    ['🚀', 2],
    ['é', 1],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ['node01', 6, 'node01'],
    ['node01', 5, 'node…'],
    ['节点一号', 8, '节点一号'],
    ['节点一号', 6, '节点…'],
    ['节点一号', 5, '节点…'],
  ])('%j in %i columns is %j', (text, columns, expected) => {
    expect(cutText(text, columns)).toBe(expected);
    expect(widthOf(expected)).toBeLessThanOrEqual(columns);
  });
});
