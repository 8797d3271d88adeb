import { stripVTControlCharacters } from 'node:util';

/**
 * Breaks text at spaces, or after commas of a list of hosts, so that no line is longer than `columns` where that can be helped.
 * The first line starts with `first`, the others with as many spaces. `columns` may be Infinity. Colour codes have no width.
 */
export function wrapText(text: string, options: { readonly first: string; readonly columns: number }): string {
  const { first, columns } = options;
  // On a terminal too narrow for the hanging indent, a shallow one keeps the text readable.
  const indent = ' '.repeat(first.length + 16 <= columns ? first.length : Math.min(4, first.length));
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = lines.length === 0 ? first : indent;
    let isEmpty = true;
    for (const piece of paragraph.split(breakable)) {
      if (!isEmpty && widthOf(line + piece.trimEnd()) > columns) {
        lines.push(line.trimEnd());
        line = indent;
      }
      line += piece;
      isEmpty = false;
    }
    lines.push(line.trimEnd());
  }
  return lines.join('\n');
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

// After a comma too: a long list of ranges, `node[01-03,07]`, is one word.
const breakable = /(?<=[ ,])/;
