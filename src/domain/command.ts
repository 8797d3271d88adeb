/** A command as an argument vector with its reason; only `toShell` quotes. */
export type Command = {
  readonly argv: readonly string[];
  readonly why: string /** Text for standard input; null for none. */;
  readonly stdin: string | null;
};

/** Quotes one word for a POSIX shell. Words of safe characters stay bare, so that what is printed is what people would type. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An argument vector as one line for a POSIX shell, without its standard input. */
export function toShell(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}
