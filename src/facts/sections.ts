/** The answer of a node program, cut at its section lines. */
export type Sections = ReadonlyMap<string, string>;

/**
 * Cuts the output of a node program into its sections. Each starts with a line `TOKEN NAME`; the token is random for each run, so no
 * file on the host can forge one. What stands before the first section line (a login banner, say) is dropped.
 */
export function cutSections(output: string, token: string): Sections {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of output.split('\n')) {
    if (line.startsWith(`${token} `)) {
      current = [];
      sections.set(line.slice(token.length + 1), current);
    } else current.push(line);
  }
  return new Map([...sections].map(([name, lines]) => [name, lines.join('\n')]));
}

/** The lines `KEY rest` of a section, in order. */
export function keyedLines(section: string): readonly { readonly key: string; readonly rest: string }[] {
  return section
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return space < 0 ? { key: line, rest: '' } : { key: line.slice(0, space), rest: line.slice(space + 1) };
    });
}
