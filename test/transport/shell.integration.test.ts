import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { wrapProgram } from '../../src/transport/shell.ts';

const shells: readonly (readonly [string, ...string[]])[] = [
  ['dash'],
  ['bash', '--posix', '--norc'],
  ['busybox', 'sh'],
];

describe.each(shells)('a program sent to %s', (command, ...flags) => {
  const feed = (input: Buffer) => {
    const run = spawnSync(command, flags, { input, encoding: 'utf8' });
    if (run.error !== undefined) throw new Error(`${command} is missing: apt-get install dash bash busybox`);
    return run.stdout;
  };
  const program =
    "#!/bin/sh\n# écho\necho one\ncat <<'END'\necho inside\n}\nEND\nif true; then echo two; fi\necho three # end";

  it('runs when all of it came', () => {
    expect(feed(Buffer.from(wrapProgram(program, null)))).toBe('one\necho inside\n}\ntwo\nthree\n');
  });

  it('runs not at all wherever it was cut off', () => {
    const whole = Buffer.from(wrapProgram(program, null));
    const closing = whole.lastIndexOf('}');
    for (let length = 0; length <= closing; length += 1) {
      expect({ length, output: feed(whole.subarray(0, length)) }).toEqual({ length, output: '' });
    }
  });
});
