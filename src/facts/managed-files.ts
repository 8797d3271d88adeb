import type { ObservedFile } from '../domain/remote-file.ts';

/**
 * Parses the list of files (`stat -c '%F|%a|%U|%G|%Y|%s|%N'`) and the one stream of their contents, in the same order. Returns null where
 * the stream is shorter or longer than the sizes say: a file changed between the two reads. Sizes count bytes.
 */
export function parseManagedFiles(list: string, contents: string): readonly ObservedFile[] | null {
  const bytes = Buffer.from(contents, 'utf8');
  const files: ObservedFile[] = [];
  let at = 0;
  for (const line of list.split('\n').filter((text) => text !== '')) {
    const [type = '', mode = '', owner = '', group = '', modifiedAt = '', size = '', ...quoted] = line.split('|');
    // %N prints 'PATH', or 'PATH' -> 'TARGET' for a symbolic link.
    const [, path = '', target] = /^'(.*?)'(?: -> '(.*)')?$/.exec(quoted.join('|')) ?? [];
    if (type === 'symbolic link') files.push({ kind: 'symlink', path, target: target ?? '' });
    else {
      const end = at + Number(size);
      if (end > bytes.length) return null;
      files.push({
        kind: 'file',
        path,
        mode: mode.padStart(4, '0'),
        owner,
        group,
        modifiedAt: Number(modifiedAt),
        content: bytes.toString('utf8', at, end),
      });
      at = end;
    }
  }
  // The program ends the stream with one line feed of its own.
  return bytes.toString('utf8', at).replaceAll('\n', '') === '' ? files : null;
}
