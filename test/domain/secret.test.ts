import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secret } from '../../src/domain/host.ts';

const hidden = secret('hunter2');

describe('a secret', () => {
  it('gives its text to who asks for it by name', () => {
    expect(hidden.reveal()).toBe('hunter2');
  });

  it.each<[string, () => string]>([
    ['a template', () => `${hidden}`],
    ['a concatenation', () => `password: ${[hidden].join()}`],
    ['String', () => String(hidden)],
    ['JSON', () => JSON.stringify({ connection: { password: hidden } })],
    ['util.inspect', () => inspect({ password: hidden }, { depth: null, showHidden: true, getters: true })],
    ['the entries of an object', () => inspect(Object.entries(hidden))],
    ['a property spread', () => inspect({ ...hidden })],
    ['an error with it as its cause', () => inspect(new Error('refused', { cause: hidden }))],
  ])('is not printed by %s', (_, print) => {
    expect(print()).not.toContain('hunter2');
  });

  it('is seen to be there', () => {
    expect([`${hidden}`, JSON.stringify(hidden)]).toEqual(['********', '"********"']);
  });
});
