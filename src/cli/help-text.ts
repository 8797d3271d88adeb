/** The items of a section of help whose items are a line each: what stands at the left, and its meaning. */
export function helpItems(lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.map((line) => {
    const [term = '', ...rest] = line.trim().split(/ {2,}/);
    return [term, rest.join(' ').replace(/ ?\[boolean\]$/, '')] as const;
  });
}

/**
 * Help with each example on two lines, what it is for and the command, whole: yargs would break a long command in the middle, and nobody could
 * copy it. `unwrapped` is the same help with a line for each item.
 */
export function withWholeExamples(help: string, unwrapped: string): string {
  const isExamples = (section: string) => section.startsWith(examplesTitle);
  const [, ...lines] =
    unwrapped
      .trimEnd()
      .split(/\n{2,}/)
      .find(isExamples)
      ?.split('\n') ?? [];
  if (lines.length === 0) return help;
  const examples = helpItems(lines).flatMap(([command, meaning]) => [`  # ${meaning}`, `  ${command}`]);
  return help
    .trimEnd()
    .split(/\n{2,}/)
    .map((section) => (isExamples(section) ? [examplesTitle, ...examples].join('\n') : section))
    .join('\n\n');
}

const examplesTitle = 'Examples:';
