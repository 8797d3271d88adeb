/**
 * Text from a host made safe for a terminal: control characters other than line feed and tab become visible (`\x1b`).
 * A host's file or error message could otherwise move the cursor and hide what is printed beside it.
 */
export function printable(text: string): string {
  return text.replaceAll(forbidden, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Printable text on one line: line ends become ` / `, so that nothing is lost and nothing runs into the next row. */
export function printableLine(text: string): string {
  return printable(text.trim().replaceAll(/\s*\n\s*/g, ' / '));
}

// Control characters, and the marks that turn the direction of text (Unicode TR9), which can disguise a diff.
const forbidden = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;
