import { err, ok, type Result } from '../domain/result.ts';

/** A word of a line, and where each of its characters stands in the line: quotes and backslashes are gone from it. */
export type PythonWord = { readonly text: string; readonly start: number; readonly charsAt: readonly number[] };

/** Why a line cannot be split, and at which of its characters. */
export type WordFault = { readonly message: string; readonly offset: number };

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does, which is how Ansible reads a host line: quotes and backslashes as in a
 * POSIX shell, and a `#` ends the line even inside a word (`a#b` is `a`).
 */
export function splitPythonWords(line: string): Result<readonly PythonWord[], WordFault> {
  const words: PythonWord[] = [];
  let word: { text: string; start: number; charsAt: number[] } | null = null;
  let quote: { readonly sign: string; readonly at: number } | null = null;
  const add = (char: string, at: number) => {
    word ??= { text: '', start: at, charsAt: [] };
    word.text += char;
    word.charsAt.push(at);
  };
  const end = () => {
    if (word !== null) words.push(word);
    word = null;
  };
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (quote !== null) {
      if (char === quote.sign) quote = null;
      else if (char === '\\' && quote.sign === '"') {
        const next = line.charAt(++i);
        if (next === '') return err({ message: 'a " is not closed', offset: quote.at });
        // Between double quotes a backslash escapes only itself and the quote.
        if (next !== '\\' && next !== '"') add('\\', i - 1);
        add(next, i);
      } else add(char, i);
    } else if (/[ \t\r\n]/.test(char)) end();
    else if (char === '#') break;
    else if (char === '"' || char === "'") {
      quote = { sign: char, at: i };
      word ??= { text: '', start: i, charsAt: [] };
    } else if (char === '\\') {
      if (i + 1 === line.length) return err({ message: 'the line ends in a backslash', offset: i });
      add(line.charAt(++i), i);
    } else add(char, i);
  }
  if (quote !== null) return err({ message: `a ${quote.sign} is not closed`, offset: quote.at });
  end();
  return ok(words);
}
