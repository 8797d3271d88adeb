import { secretNameEnding } from './secret-name.ts';

// `name: value` of YAML and JSON, `name=value` of INI; a reference in braces is no secret itself.
const assignment = new RegExp(
  `(?<![\\w.-])["']?[\\w.-]*${secretNameEnding}["']?[ \\t]*(:(?=[ \\t\\n"'])|=)(?![ \\t]*["']?\\{\\{)[ \\t]*(?:![\\w-]*[ \\t]+)?(?:[|>][-+\\d]*(?=[ \\t]*\\n))?`,
  'gi',
);

/**
 * Hides the values of passwords and the like behind stars, so that a line of a source can be shown and its columns hold: values on the same
 * line, in quotes over several lines, and blocks (`password: |`).
 */
export function maskSecrets(text: string): string {
  let masked = '';
  let done = 0;
  for (const match of text.matchAll(assignment)) {
    const start = match.index + match[0].length;
    if (match.index < done) continue;
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    const end =
      match[1] === '=' ? endOfIni(text, start, lineStart, match.index) : endOfYaml(text, start, lineStart, match.index);
    masked += text.slice(done, start) + starred(text.slice(start, end));
    done = end;
  }
  return masked + text.slice(done);
}

/** As many stars; the ends and the indentation of lines stay. */
function starred(value: string): string {
  const [first = '', ...others] = value.split('\n');
  const indented = others.map((line) => {
    const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
    return `\n${indent}${'*'.repeat(line.length - indent.length)}`;
  });
  return '*'.repeat(first.length) + indented.join('');
}

function endOfIni(text: string, start: number, lineStart: number, keyAt: number): number {
  const end = endOfLine(text, start);
  // Alone on its line the value goes to the line's end; behind a host's name, to the next blank outside of quotes.
  if (text.slice(lineStart, keyAt).trim() === '') return end;
  for (let at = start; at < end; at++) {
    const char = text.charAt(at);
    if (char === ' ' || char === '\t') return at;
    if (char === '\\') at++;
    else if (char === '"' || char === "'") at = endOfQuotes(text, at) - 1;
  }
  return end;
}

function endOfYaml(text: string, start: number, lineStart: number, keyAt: number): number {
  const first = text.charAt(start);
  if (first === '"' || first === "'") return endOfQuotes(text, start);
  const before = text.slice(lineStart, keyAt);
  let end = endOfLine(text, start);
  if (/[{,]\s*$/.test(before)) {
    const stop = text.slice(start, end).search(/\s*[,}]/);
    return stop < 0 ? end : start + stop;
  }
  // A block, or a text that goes on: all lines that stand further in than the key.
  const indent = /^[ ]*(?:- +)*/.exec(before)?.[0].length ?? 0;
  while (end < text.length) {
    const next = endOfLine(text, end + 1);
    const line = text.slice(end + 1, next);
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break;
    end = next;
  }
  return end;
}

/** The offset behind the closing quote, or the end of the text. Not by a regular expression, whose stack a long text would exhaust. */
function endOfQuotes(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (quote === '"' && text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === quote) {
      // Two single quotes are one of the text.
      if (quote === '"' || text.charAt(at + 1) !== "'") return at + 1;
      at++;
    }
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
