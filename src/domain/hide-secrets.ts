// A shorter line of a secret, as the end of a key, would be found in every other word.
const shortestLine = 8;

/** Makes what takes secrets out of a text: as a whole, by their lines, and as a shell quotes them. */
export function hiderOf(secrets: Iterable<string>): (text: string) => string {
  const shapes = new Set<string>();
  for (const secret of secrets) {
    const lines = secret.split('\n').map((line) => line.trim());
    const parts = [secret, secret.trim(), ...lines.filter((line) => line.length >= shortestLine)];
    for (const part of parts) for (const shape of [part, part.replaceAll("'", "'\\''")]) shapes.add(shape);
  }
  shapes.delete('');
  // A secret may be the beginning of another.
  const known = [...shapes].sort((a, b) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  // One pass over each text, however many secrets there are.
  const any = new RegExp(known.map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replaceAll(any, '********');
}
