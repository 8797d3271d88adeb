import { describe, expect, it } from 'vitest';
import type {
  Explained,
  ExplainedLookUp,
  Explanation,
  Stage,
  TriedRule,
  Way,
  WayEnd,
} from '../../src/domain/explanation.ts';
import { formatStage } from '../../src/report/explain-stage-text.ts';
import { formatExplanation } from '../../src/report/explain-text.ts';
import { paletteOf } from '../../src/report/palette.ts';
import { device, ip } from '../kernel/lab-node.ts';

const plain = { palette: paletteOf({ color: false }), isRoutedAgain: false };
const linesOf = (stage: Stage, text = plain) => formatStage(stage, text).map((line) => line.slice(4 + 17 + 2));

function tried(changes: Partial<TriedRule>): TriedRule {
  return { priority: 100, rule: 'lookup 7', outcome: 'no-route', mismatches: [], route: null, ...changes };
}

function lookUp(
  rules: readonly TriedRule[],
  verdict: ExplainedLookUp['verdict'] = { kind: 'no-route' },
): ExplainedLookUp {
  return { from: ip('10.112.0.2'), to: ip('8.8.8.8'), iif: device('cali1'), mark: 0, rules, verdict };
}

describe('a rule that was tried', () => {
  it.each<[string, Partial<TriedRule>]>([
    ['no route there', { outcome: 'no-route' }],
    ['default dev eth0: too short a prefix for this rule', { outcome: 'suppressed', route: 'default dev eth0' }],
    ['throw 9.0.0.0/8: back to the rules', { outcome: 'throw', route: 'throw 9.0.0.0/8' }],
    ['goes on there', { outcome: 'goto' }],
    ['there is no such rule', { outcome: 'goto-nowhere' }],
    ['does nothing', { outcome: 'nop' }],
    ['all of it matches, and the rule says not', { outcome: 'inverted' }],
    ['not understood here, taken as not matching', { outcome: 'not-modelled' }],
    [
      'to is 8.8.8.8, made by the node itself',
      {
        outcome: 'mismatch',
        mismatches: [
          { selector: 'to', wants: '1.2.3.0/24', has: '8.8.8.8' },
          { selector: 'iif', wants: 'eth0.100', has: 'made by the node itself' },
        ],
      },
    ],
  ])('says: %s', (because, changes) => {
    const stage: Stage = { kind: 'routing', cause: 'came-in', lookUp: lookUp([tried(changes)]), laterFrom: null };
    expect(linesOf(stage)).toEqual([
      '10.112.0.2 → 8.8.8.8, in on cali1, mark 0x0',
      `no     100  lookup 7: ${because}`,
      'no rule has a route',
    ]);
  });

  const bySource = tried({
    rule: 'from 1.2.3.0/24 lookup 7',
    outcome: 'mismatch',
    mismatches: [{ selector: 'from', wants: '1.2.3.0/24', has: '10.112.0.2' }],
  });
  const toPods = {
    ...bySource,
    mismatches: [...bySource.mismatches, { selector: 'to', wants: '10.0.0.0/8', has: '8.8.8.8' }],
  } as const;

  it.each<[string, TriedRule, string | null, boolean, string | null]>([
    ['that only the source stops, for good', bySource, '1.2.3.4', false, 'and it is not routed again'],
    ['that only the source stops, for now', bySource, '1.2.3.4', true, 'and then it is routed again'],
    ['that the later source does not meet either', bySource, '5.6.7.8', false, null],
    ['that something else stops, too', toPods, '1.2.3.4', false, null],
    ['of a packet that keeps its source', bySource, null, false, null],
  ])('tells of the later source: one %s', (_, rule, laterFrom, isRoutedAgain, expected) => {
    const stage: Stage = {
      ...{ kind: 'routing', cause: 'came-in', lookUp: lookUp([rule]) },
      laterFrom: laterFrom === null ? null : ip(laterFrom),
    };
    const notes = linesOf(stage, { ...plain, isRoutedAgain }).filter((line) => line.includes('its source becomes'));
    expect(notes.map((line) => line.trim())).toEqual(
      expected === null ? [] : [`its source becomes 1.2.3.4 only after this, ${expected}`],
    );
  });
});

describe('rp_filter in words', () => {
  type Check = Extract<Stage, { kind: 'source-check' }>;
  it.each<[string, Partial<Check>]>([
    ['eth1: max(all 0, own 0) = 0, off: passes: nothing is asked of the way back', { verdict: 'off', passes: true }],
    [
      'eth1: max(all 2, own 0) = 2, loose: passes: there is a way back, and loose mode does not ask by which device',
      { all: 2, verdict: 'loose', passes: true },
    ],
    [
      'eth1: max(all 0, own 2) = 2, loose: drops: the way back is not by eth1, and without an IPv4 address there even loose mode drops',
      { own: 2, verdict: 'no-address', passes: false },
    ],
    [
      'eth1: max(all 1, own 0) = 1, strict: drops: the way back is not by eth1',
      { all: 1, verdict: 'other-device', passes: false },
    ],
    [
      'eth1: max(all 1, own 0) = 1, strict: passes: the way back is by eth1',
      { all: 1, verdict: 'way-back-by-device', passes: true },
    ],
    [
      'eth1: max(all 1, own 0) = 1, strict: drops: there is no way back at all',
      { all: 1, verdict: 'no-way-back', passes: false },
    ],
    [
      "eth1: max(all 0, own 0) = 0, off: drops: the source is one of the node's own addresses",
      { verdict: 'local-source', passes: false },
    ],
    [
      'eth1: max(all 0, own 0) = 0, off: drops: the source is a broadcast or multicast address',
      { verdict: 'invalid-source', passes: false },
    ],
  ])('%s', (expected, changes) => {
    const check: Stage = {
      ...{
        kind: 'source-check',
        device: device('eth1'),
        all: 0,
        own: 0,
        hasAddress: true,
        verdict: 'off',
        passes: true,
      },
      reverse: lookUp([]),
      ...changes,
    };
    expect(linesOf(check)).toEqual([expected, 'way back 10.112.0.2 → 8.8.8.8: none']);
  });
});

describe('the end of a way', () => {
  it.each<[WayEnd, string]>([
    [{ kind: 'delivered', to: 'pod' }, 'reaches the pod'],
    [{ kind: 'delivered', to: 'node' }, 'is for the node itself'],
    [{ kind: 'leaves', device: device('eth0'), gateway: null }, 'leaves by eth0'],
    [{ kind: 'leaves', device: device('eth0'), gateway: ip('1.2.3.1') }, 'leaves by eth0 via 1.2.3.1'],
    [{ kind: 'dropped', by: 'rp_filter' }, 'is dropped by rp_filter'],
    [{ kind: 'dropped', by: 'no-route' }, 'is dropped: there is no route'],
    [{ kind: 'dropped', by: 'no-forwarding' }, 'is dropped: the device it came in by does not forward'],
    [{ kind: 'dropped', by: 'prohibit' }, 'is dropped by a route or rule of type prohibit'],
  ])('is told: %o', (end, expected) => {
    const explanation = explanationOf({ kind: 'packet', way: wayTo(end) });
    expect(formatExplanation(explanation, { color: false, columns: Number.POSITIVE_INFINITY }).split('\n').at(-2)).toBe(
      `    → ${expected}`,
    );
  });
});

describe('what a push would change', () => {
  const [now, other] = [wayTo({ kind: 'dropped', by: 'no-route' }), wayTo({ kind: 'delivered', to: 'node' })];
  const backend = (request: Way) => ({ backend: 'local-pod', request, reply: null, verdict: 'request-lost' }) as const;

  it.each<[string, Explained, Explained | null, string]>([
    ['nothing of a packet', { kind: 'packet', way: now }, { kind: 'packet', way: now }, 'After a push: the same.'],
    ['a packet', { kind: 'packet', way: now }, { kind: 'packet', way: other }, 'After a push it would be different:'],
    [
      'nothing of a service',
      { kind: 'service', backends: [backend(now)] },
      { kind: 'service', backends: [backend(now)] },
      'After a push: the same for every backend.',
    ],
    [
      'a service',
      { kind: 'service', backends: [backend(now)] },
      { kind: 'service', backends: [backend(other)] },
      'After a push it would be different:',
    ],
    ['nothing, since it is refused', { kind: 'packet', way: now }, null, 'A push would be refused here:\n  because'],
  ])('is told: %s', (_, explained, desired, expected) => {
    const explanation = { ...explanationOf(explained), basis: 'observed', desired, refusals: ['because'] } as const;
    expect(formatExplanation(explanation, { color: false, columns: Number.POSITIVE_INFINITY })).toContain(
      `\n\n${expected}\n`,
    );
  });
});

it('shows what comes from a host without its control characters', () => {
  const rule = tried({ rule: 'lookup \x1b[2J' });
  const stage: Stage = { kind: 'routing', cause: 'came-in', lookUp: lookUp([rule]), laterFrom: null };
  expect(linesOf(stage).join('\n')).toContain('lookup \\x1b[2J');
});

function wayTo(end: WayEnd): Way {
  return { from: ip('1.2.3.4'), to: ip('8.8.8.8'), iif: null, stages: [], end };
}

function explanationOf(explained: Explained): Explanation {
  return {
    ...{ host: 'node01', basis: 'desired', from: ip('1.2.3.4'), to: ip('8.8.8.8'), network: null },
    networkOfTo: null,
    ...{ serviceProxy: { kind: 'none', evidence: 'nothing' }, assumptions: [], explained, desired: null, refusals: [] },
  };
}
