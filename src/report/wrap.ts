import { widthOf } from './width.ts';

/**
 * Breaks text at spaces, or after commas of a list of hosts, so that no line is wider than `columns` where that can be helped.
 * The first line starts with `first`, the others with as many spaces and `hang` more. `columns` may be Infinity. Colour codes have no width,
 * characters of East Asia and emoji two columns.
 */
export function wrapText(
  text: string,
  options: { readonly first: string; readonly columns: number; readonly hang?: number },
): string {
  const { first, columns, hang = 0 } = options;
  const width = widthOf(first) + hang;
  // On a terminal too narrow for the hanging indent, a shallow one keeps the text readable.
  const indent = ' '.repeat(width + 16 <= columns ? width : Math.min(4, width));
  const isLimited = columns !== Number.POSITIVE_INFINITY;
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = lines.length === 0 ? first : indent;
    let isEmpty = true;
    for (const piece of paragraph.split(breakable)) {
      if (!isEmpty && isLimited && widthOf(line + piece.trimEnd()) > columns) {
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

/** Breaks one line likewise; what follows is indented by four more than the line. */
export function wrapLine(line: string, columns: number): string {
  const text = line.trimStart();
  return wrapText(text, { first: line.slice(0, line.length - text.length), hang: 4, columns });
}

// After a comma too: a long list of ranges, `node[01-03,07]`, is one word. Never between a sign and what it is about.
const breakable = /(?<=[ ,])(?<![-+~] )/;
