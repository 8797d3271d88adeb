/** A section of a file of systemd's, with its settings in order; a name may come several times. */
export type IniSection = {
  readonly name: string;
  readonly settings: readonly (readonly [key: string, value: string])[];
};

/** Reads a file as systemd does (systemd.syntax(7)): comments, blank lines, lines that a backslash goes on. What stands before the first section is left out. */
export function parseIni(text: string): readonly IniSection[] {
  const sections: { name: string; settings: [string, string][] }[] = [];
  for (const line of logicalLines(text)) {
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) sections.push({ name, settings: [] });
    const [, key, value] = /^([^=[]+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined && key !== undefined) sections.at(-1)?.settings.push([key, value ?? '']);
  }
  return sections;
}

function logicalLines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*[#;]/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** All values of a setting in the sections of a name, in order. */
export function valuesOf(sections: readonly IniSection[], section: string, key: string): readonly string[] {
  return sections
    .filter(({ name }) => name === section)
    .flatMap(({ settings }) => settings.flatMap(([name, value]) => (name === key ? [value] : [])));
}

/** The value that counts of a setting that can have one; null where none is written. */
export function lastValue(sections: readonly IniSection[], section: string, key: string): string | null {
  return valuesOf(sections, section, key).at(-1) ?? null;
}
