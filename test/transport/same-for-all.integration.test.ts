import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saysTheSameForAll } from '../../src/transport/same-for-all.ts';
import { createConfigReader, readSshConfig } from '../../src/transport/ssh-config.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-same-'));
  mkdirSync(join(scratch, 'd'));
  writeFileSync(join(scratch, 'd/plain.conf'), 'Host *\n  Port 2200\n');
  writeFileSync(join(scratch, 'd/some.cfg'), 'Host n1\n  Port 2201\n');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The words of a file, whether one answer is for all hosts, and arguments beside the file. */
type Case = readonly [string, readonly string[], boolean, readonly string[]];

const addresses = ['n1', 'N2.example.com', '192.0.2.7', '2001:db8::7'];

describe("ssh's files", () => {
  const cases: readonly Case[] = [
    ['without a word', [], true, []],
    ['with words for all', ['# Host n1', 'User op', 'Host *', 'SendEnv LANG', 'IdentityFile ~/.ssh/%h'], true, []],
    ['with a condition that is always met', ['Match all', 'User op'], true, []],
    ['with words for some', ['Host n*', 'User op'], false, []],
    ['with words for all but some', ['Host * !n1', 'Port 2200'], false, []],
    ['with words in another case and form', ['  hOsT="n1"', 'Port 2200'], false, []],
    ['with a condition', ['Match host n1', 'User op'], false, []],
    ['that make names of names', ['HostName %h.example.com'], false, []],
    ['that canonicalize', ['CanonicalizeHostname yes'], false, []],
    ['that include such for all', ['Include @/d/*.conf'], true, []],
    ['that include such for some', ['Include @/d/plain.conf @/d/*.cfg'], false, []],
    ['that include what is not there', ['Include @/none/*'], true, []],
    ['that include in a way that takes more to read', ['Include "@/d/plain.conf"'], false, []],
    ['with an argument for all', [], true, ['-o', 'Port=2200', '-p', '2222']],
    ['with an argument that names', [], false, ['-o', 'HostName=%h.example.com']],
  ];
  it.each<Case>(cases)(
    '%s: are asked once, or for each host, and answer as ssh does',
    async (_, lines, isSame, more) => {
      const file = join(scratch, 'config');
      writeFileSync(file, lines.map((line) => `${line.replaceAll('@', scratch)}\n`).join(''));
      const words = ['-F', file, ...more];
      expect(await saysTheSameForAll(words)).toBe(isSame);
      const read = createConfigReader();
      for (const address of addresses) {
        const request = { arguments: words, address, deadlineMs: 10_000 };
        const [given, told] = await Promise.all([read(request), readSshConfig(request)]);
        if (!given.ok || !told.ok || given.value === null || told.value === null) throw new Error('no answer of ssh');
        const known = (config: ReadonlyMap<string, readonly string[]>) =>
          Object.fromEntries([...config].filter(([keyword]) => keyword !== 'host' && keyword !== 'originalhost'));
        expect(known(given.value)).toEqual(known(told.value));
      }
    },
  );

  it('in a place that nobody reads here are asked for each host', async () => {
    expect(await saysTheSameForAll([`-F${join(scratch, 'config')}`])).toBe(false);
    expect(await saysTheSameForAll(['-F', 'none'])).toBe(true);
  });
});
