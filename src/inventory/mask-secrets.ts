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
  return value.replaceAll(/(\n[ \t]*)|[^\n]/g, (_, lineStart: string | undefined) => lineStart ?? '*');
}

function endOfIni(text: string, start: number, lineStart: number, keyAt: number): number {
  // Alone on its line the value goes to the line's end; behind a host's name, to the next blank outside of quotes.
  if (text.slice(lineStart, keyAt).trim() === '') return endOfLine(text, start);
  const value = /(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\\.|[^\s"'\\])*/y;
  value.lastIndex = start;
  const end = start + (value.exec(text)?.[0].length ?? 0);
  return end === start || /["'\\]/.test(text.charAt(end)) ? endOfLine(text, start) : end;
}

function endOfYaml(text: string, start: number, lineStart: number, keyAt: number): number {
  const quote = text.charAt(start);
  const before = text.slice(lineStart, keyAt);
  if (quote === '"' || quote === "'") {
    const quoted = quote === '"' ? /"(?:[^"\\]|\\[\s\S])*"/y : /'(?:[^']|'')*'/y;
    quoted.lastIndex = start;
    return start + (quoted.exec(text)?.[0].length ?? text.length - start);
  }
  if (/[{,]\s*$/.test(before)) {
    const plain = /[^,}\n]*/y;
    plain.lastIndex = start;
    return start + (plain.exec(text)?.[0].trimEnd().length ?? 0);
  }
  // A block, or a text that goes on: all lines that stand further in than the key.
  const indent = /^[ ]*(?:- +)*/.exec(before)?.[0].length ?? 0;
  let end = endOfLine(text, start);
  while (end < text.length) {
    const next = endOfLine(text, end + 1);
    const line = text.slice(end + 1, next);
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break;
    end = next;
  }
  return end;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
