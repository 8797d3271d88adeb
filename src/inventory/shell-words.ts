import { err, ok, type Result } from '../domain/result.ts';

/** Splits a line into words as a POSIX shell does, without any expansion: spaces, quotes and backslashes. The error is half a sentence. */
export function splitShellWords(line: string): Result<readonly string[], string> {
  const words: string[] = [];
  let word: string | null = null;
  // One token at a time: a gap, a quoted part, an escaped character, or bare text. What fits none is a quote left open.
  const token = /(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;
  while (token.lastIndex < line.length) {
    const at = token.lastIndex;
    const match = token.exec(line);
    if (match === null)
      return err(line.charAt(at) === '\\' ? 'it ends in a backslash' : `a ${line.charAt(at)} is not closed`);
    const [, gap, single, double, escaped, bare] = match;
    if (gap !== undefined) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + (single ?? double?.replaceAll(/\\([$`"\\])/g, '$1') ?? escaped ?? bare ?? '');
  }
  return ok(word === null ? words : [...words, word]);
}
