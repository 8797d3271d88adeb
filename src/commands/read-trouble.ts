/** Why a file or folder cannot be read, in words and with its name, of what node:fs threw; anything else is thrown again. */
export function readTrouble(error: unknown, path: string): string {
  return `${path} cannot be read: ${systemWords(error)}`;
}

/** The system's own words: node:fs has a code before them, and call and path behind. */
export function systemWords(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  return error.message.replace(/^[A-Z]+: |, .*$/g, '');
}
