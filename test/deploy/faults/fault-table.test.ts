import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultTable, formatFaultTable } from './fault-table.ts';

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

const tests = [
  ...readdirSync(new URL('.', import.meta.url))
    .filter((name) => name.endsWith('.integration.test.ts'))
    .map((name) => textOf(name)),
  textOf('../../commands/faults.lab.test.ts'),
];

describe('the table of faults', () => {
  it('is the one in the documentation', () => {
    expect(textOf('../../../docs/safety.md')).toContain(`\n${formatFaultTable()}`);
  });

  it.each(Object.keys(faultTable))('has a test for %s, in one place', (id) => {
    expect(tests.filter((text) => text.includes(`'${id}'`))).toHaveLength(1);
  });

  it('has no clock in the programs it is about: only uptime counts', () => {
    // Observe tells the clock, and acts on nothing by it.
    for (const name of ['apply', 'transaction', 'probe']) {
      const commands = textOf(`../../../node/${name}.sh`).replaceAll(/^\s*#.*$/gm, '');
      expect(commands).not.toMatch(/\bdate\b|-newermt|%[YXWZ]\b.*transactions|touch -d (?!"@\$time")/);
    }
  });
});
