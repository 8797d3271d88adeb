import type { ObservedFile } from '../domain/remote-file.ts';
import { err, ok, type Result } from '../domain/result.ts';

// How stat(1) calls an account that the host has no name for.
const nameless = 'UNKNOWN';

/**
 * Parses the list of files (`stat -c '%F|%a|%U|%G|%Y|%s|%u|%g|%N'`) and the one stream of their contents, in the same order. Sizes count bytes.
 * The error is half a sentence: a name or content that cannot be taken over faithfully, or a stream that is shorter or longer than
 * the sizes say, because a file changed between the two reads.
 */
export function parseManagedFiles(list: string, contents: string): Result<readonly ObservedFile[], string> {
  const bytes = Buffer.from(contents, 'utf8');
  const files: ObservedFile[] = [];
  let at = 0;
  for (const line of list.split('\n').filter((text) => text !== '')) {
    const [type = '', mode = '', owner = '', group = '', modifiedAt = '', size = '', uid = '', gid = '', ...quoted] =
      line.split('|');
    // %N prints 'PATH', or 'PATH' -> 'TARGET' for a symbolic link; quotes and odd characters it prints in other ways.
    const name = /^'([^']*)'(?: -> '([^']*)')?$/.exec(quoted.join('|'));
    if (name === null)
      return err(`the name of a managed file has characters that mlbroute does not handle: ${quoted.join('|')}`);
    const [, path = '', target = ''] = name;
    if (type === 'symbolic link') {
      files.push({ kind: 'symlink', path, target });
      continue;
    }
    const end = at + Number(size);
    const content = bytes.toString('utf8', at, end);
    // The transport decodes what is no UTF-8 to this character. All before it is exact, so the first file that has it is the culprit.
    if (content.includes('\ufffd')) return err(`${path} is not UTF-8 text: repair or remove it on the host`);
    if (end > bytes.length) return err('a managed file changed while it was read');
    files.push({
      kind: 'file',
      path,
      mode: mode.padStart(4, '0'),
      owner: owner === nameless ? uid : owner,
      group: group === nameless ? gid : group,
      modifiedAt: Number(modifiedAt),
      content,
    });
    at = end;
  }
  return at === bytes.length ? ok(files) : err('a managed file changed while it was read');
}
