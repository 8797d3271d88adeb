/** `<<'END'`, the text, the end line. A text that does not end in a line feed cannot be said this way; no program or input of ours does not. */
export function hereDocument(text: string, end: string): string {
  if (text !== '' && !text.endsWith('\n')) throw new Error('a here-document must end in a line feed');
  return `<<'${end}'\n${text}${end}\n`;
}
