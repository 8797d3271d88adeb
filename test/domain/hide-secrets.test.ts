import { describe, expect, it } from 'vitest';
import { hiderOf } from '../../src/domain/hide-secrets.ts';

describe('texts that must not be shown', () => {
  it.each<[string, readonly string[], string, string]>([
    ['no secret', [], 'as it is', 'as it is'],
    ['one, wherever it stands', ['s3cret'], 's3cret, xs3cretx', '********, x********x'],
    ['the longer of two that begin alike', ['pass', 'password'], 'password pass', '******** ********'],
    ['one with blanks around', [' s3cret\n'], 'a s3cret b', 'a ******** b'],
    ['signs that a pattern would read', ['a.*$(b)\\'], 'a.*$(b)\\ aXX', '******** aXX'],
    ['as a shell quotes it', ["it's"], "echo 'it'\\''s'", "echo '********'"],
    [
      'lines of a key in a diff',
      ['-----BEGIN-----\nMIIEabcdef\nab'],
      '+-----BEGIN-----\n+MIIEabcdef\n+ab',
      '+********\n+********\n+ab',
    ],
  ])('%s', (_, secrets, text, shown) => {
    expect(hiderOf(secrets)(text)).toBe(shown);
  });
});
