import { describe, expect, it } from 'vitest';
import { createOffers, type Offer } from '../../src/transport/offers.ts';

const offer = (label: string, wireName: string, reason?: string): Offer<string> => ({
  label,
  wireName,
  method: (noteReason) => {
    if (reason !== undefined) noteReason(reason);
    return label;
  },
});

/** Lets a server answer each offer in turn, and gives all that was told. */
function play(
  offers: readonly Offer<string>[],
  answers: readonly (readonly [taken: readonly string[], isPartial: boolean])[],
): string[] {
  const told: string[] = [];
  const { next } = createOffers(offers, {
    onOffered: (label) => told.push(`offered ${label}`),
    onRefused: (label, reason) => told.push(`${label}: ${reason}`),
    onExhausted: () => told.push('exhausted'),
  });
  next(null, null);
  for (const [taken, isPartial] of answers) next(taken, isPartial);
  return told;
}

describe('ways to log in', () => {
  const key = offer('key', 'publickey');
  const agent = offer('agent', 'publickey', '2 of its keys refused');
  const password = offer('password', 'password');
  const both = ['publickey', 'password'];
  const cases: readonly {
    title: string;
    offers: Offer<string>[];
    answers: Parameters<typeof play>[1];
    told: string[];
  }[] = [
    {
      title: 'begin with the first, whatever the server takes',
      offers: [key, password],
      answers: [],
      told: ['offered key'],
    },
    {
      title: 'go on in order',
      offers: [key, agent, password],
      answers: [
        [both, false],
        [both, false],
        [both, false],
      ],
      told: [
        'offered key',
        'key: refused',
        'offered agent',
        'agent: 2 of its keys refused',
        'offered password',
        'password: refused',
        'exhausted',
      ],
    },
    {
      title: 'leave out what the server does not take',
      offers: [key, agent, password],
      answers: [[['password'], false]],
      told: ['offered key', 'key: refused', 'agent: the server does not take publickey', 'offered password'],
    },
    {
      title: 'tell one that was accepted but did not suffice',
      offers: [key, password],
      answers: [[['password'], true]],
      told: ['offered key', 'key: accepted, but not enough', 'offered password'],
    },
    { title: 'may be none', offers: [], answers: [], told: ['exhausted'] },
  ];
  it.each(cases)('$title', ({ offers, answers, told }) => {
    expect(play(offers, answers)).toEqual(told);
  });
});
