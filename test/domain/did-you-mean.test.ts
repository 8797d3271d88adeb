import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../src/domain/did-you-mean.ts';

describe('A misspelt word', () => {
  it.each([
    ['gatway', 'did you mean "gateway"?'],
    ['gaetway', 'did you mean "gateway"?'],
    ['Gateway', 'did you mean "gateway"?'],
    ['vlam', 'did you mean "vlan"?'],
    ['vlan_id', null],
    ['x', null],
    ['', null],
  ])('%s brings %s to mind', (word, hint) => {
    expect(didYouMean(word, ['gateway', 'vlan', 'parent'])).toBe(hint);
  });

  it('may be the first label of one name', () => {
    expect(didYouMean('node01', ['node01.example.com', 'node02.example.com'])).toBe(
      'did you mean "node01.example.com"?',
    );
    expect(didYouMean('db', ['db.example.com', 'db.example.net'])).toBe(null);
  });

  it('brings the nearest to mind, and the first of two that are equally near', () => {
    expect(didYouMean('node3', ['node1', 'node30', 'node2'])).toBe('did you mean "node1"?');
    expect(didYouMean('node33', ['node1', 'node30', 'node3'])).toBe('did you mean "node30"?');
  });
});
