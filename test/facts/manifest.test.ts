import { describe, expect, it } from 'vitest';
import { parseHistory, parseManifest } from '../../src/facts/manifest.ts';
import { sampleFiles, sampleState } from '../deploy/sample-state.ts';
import { manifest } from '../tasks/example-host.ts';

const whole = manifest({ desired: sampleState, files: sampleFiles, generation: 3, pushedBy: 'joe' });
const text = (changes: object) => JSON.stringify({ ...whole, ...changes });
const wayOut = 'move it away to go on without what it remembers';

describe('parseManifest', () => {
  it('gives back what was written', () => {
    expect(parseManifest(`${JSON.stringify(whole)}\n`)).toEqual({ ok: true, value: whole });
  });

  it.each(['', '\n'])('finds none in %j', (nothing) => {
    expect(parseManifest(nothing)).toEqual({ ok: true, value: null });
  });

  it.each([
    ['{"version":1,"gener', /^\S+ is damaged \(.*JSON.*\)/],
    ['[]', /is damaged \(it is not a JSON object\)/],
    ['null', /is damaged \(it is not a JSON object\)/],
    ['{}', /is of version undefined, and this mlbroute reads version 1/],
    [text({ version: 2 }), /is of version 2, and this mlbroute reads version 1/],
    [text({ version: '1' }), /is of version "1", and this mlbroute reads version 1/],
    [text({ generation: 'x' }), /is damaged \(generation missing or of the wrong kind\)/],
    [text({ pushedBy: 7 }), /is damaged \(pushedBy missing or of the wrong kind\)/],
    [text({ files: {}, links: null }), /is damaged \(files, links missing or of the wrong kind\)/],
    [text({ desired: { ...sampleState, rules: undefined } }), /is damaged \(desired missing or of the wrong kind\)/],
    [text({ sysctlsBefore: [] }), /is damaged \(sysctlsBefore missing or of the wrong kind\)/],
  ])('refuses %s', (damaged, message) => {
    const parsed = parseManifest(damaged);
    const error = parsed.ok ? '' : parsed.error;
    expect(error).toMatch(message);
    expect(error.startsWith('/var/lib/mlbroute/manifest.json ')).toBe(true);
    if (error.includes('damaged')) expect(error).toContain(wayOut);
  });
});

describe('parseHistory', () => {
  const generation = (number: number) => ({ ...whole, generation: number });
  const lines = (...numbers: readonly number[]) =>
    numbers.map((one) => `${JSON.stringify(generation(one))}\n`).join('');

  it('gives generations newest first, by number and not by name', () => {
    expect(parseHistory(lines(10, 2, 9))).toEqual({ ok: true, value: [10, 9, 2].map(generation) });
    expect(parseHistory('')).toEqual({ ok: true, value: [] });
  });

  it('refuses all where one is damaged', () => {
    expect(parseHistory(`${lines(1)}{"version":1\n${lines(2)}`).ok).toBe(false);
  });
});
