import stringWidth from 'string-width';

/** The columns of a terminal that a line of text takes: colour codes none, characters of East Asia and emoji two. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text, cut with an ellipsis where it is wider than so many columns. Without colour codes. */
export function cutText(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}
