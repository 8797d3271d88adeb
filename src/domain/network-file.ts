/** A .network file that networkd could use: its path, and what its `[Match] Name=` says. */
export type NetworkFile = { readonly path: string; readonly matchNames: readonly string[] };

/** True where a `Name=` list takes an interface: shell globs, and a leading `!` that turns the whole list round. */
export function matchesName(matchNames: readonly string[], device: string): boolean {
  const isInverted = matchNames[0]?.startsWith('!') ?? false;
  const globs = matchNames.map((name, i) => (i === 0 && isInverted ? name.slice(1) : name));
  return globs.length > 0 && globs.some((glob) => globToRegExp(glob).test(device)) !== isInverted;
}

function globToRegExp(glob: string): RegExp {
  const body = glob
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  return new RegExp(`^${body}$`);
}
