import { applyPatch, structuredPatch } from 'diff';
import { parse } from 'yaml';

/**
 * The text with the change that leads from `before` to `after`, which are the same data as printed anew: lines without a change keep their
 * spaces and quotes. Where that would not come to the same data, `after`.
 */
export function keepLines(text: string, before: string, after: string): string {
  if (before === after) return text;
  const patch = structuredPatch('', '', before, after, '', '', { context: 3 });
  const kept = applyPatch(text, patch, {
    compareLine: (_, line, __, other) => bare(line) === bare(other),
  });
  return kept !== false && isSame(kept, after) ? kept : after;
}

function bare(line: string): string {
  return line.replaceAll(/[\s"']/g, '');
}

function isSame(text: string, other: string): boolean {
  return JSON.stringify(parse(text, { logLevel: 'error' })) === JSON.stringify(parse(other, { logLevel: 'error' }));
}
