import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/domain/change.ts';
import type { ManagedFile, ObservedFile } from '../../src/domain/remote-file.ts';
import { formatFileChange } from '../../src/report/file-diff.ts';
import { paletteOf } from '../../src/report/palette.ts';
import { managed, observed } from './sample-plan.ts';

const path = '/etc/mlbroute.conf';
const linkTo = (target: string): ManagedFile & ObservedFile => ({ kind: 'symlink', path, target });

describe('formatFileChange', () => {
  it.each<[string, FileChange, readonly string[]]>([
    [
      'a mode alone',
      update(observed(path, 'a\n', { mode: '0600' }), managed(path, 'a\n')),
      ['~ /etc/mlbroute.conf  (mode 0600 -> 0644)'],
    ],
    [
      'an owner alone',
      update(observed(path, 'a\n', { owner: 'bob', group: 'staff' }), managed(path, 'a\n')),
      ['~ /etc/mlbroute.conf  (owner bob:staff -> root:root)'],
    ],
    [
      'an edit on the host',
      { ...update(observed(path, 'b\n'), managed(path, 'a\n')), cause: 'edited-on-host' },
      ['~ /etc/mlbroute.conf  (edited on the host since the last push)', '    @@ -1,1 +1,1 @@', '    -b', '    +a'],
    ],
    [
      'a file that somebody removed',
      { kind: 'create', path, after: managed(path, 'a\n'), cause: 'edited-on-host' },
      ['+ /etc/mlbroute.conf  (0644; removed on the host since the last push)', '    @@ -0,0 +1,1 @@', '    +a'],
    ],
    [
      'a last line without its end',
      update(observed(path, 'a'), managed(path, 'a\n')),
      ['~ /etc/mlbroute.conf', '    @@ -1,1 +1,1 @@', '    -a', '    \\ No newline at end of file', '    +a'],
    ],
    [
      'control codes in the content of the host',
      update(observed(path, '\x1b[8mhidden\r\n'), managed(path, 'a\n')),
      ['~ /etc/mlbroute.conf', '    @@ -1,1 +1,1 @@', '    -\\x1b[8mhidden\\x0d', '    +a'],
    ],
    ['a new link', { kind: 'create', path, after: linkTo('b'), cause: 'inventory' }, ['+ /etc/mlbroute.conf  (-> b)']],
    ['a link that points elsewhere', update(linkTo('a'), linkTo('b')), ['~ /etc/mlbroute.conf  (a -> b)']],
    [
      'a file that becomes a link',
      update(observed(path, 'a\n'), linkTo('b')),
      ['~ /etc/mlbroute.conf  (file becomes a link -> b)', '    @@ -1,1 +0,0 @@', '    -a'],
    ],
    [
      'a link that becomes a file',
      update(linkTo('b'), managed(path, 'a\n')),
      ['~ /etc/mlbroute.conf  (link to b becomes a file; 0644)', '    @@ -0,0 +1,1 @@', '    +a'],
    ],
    ['a link that goes', { kind: 'remove', path, before: linkTo('b'), cause: 'inventory' }, ['- /etc/mlbroute.conf']],
  ])('shows %s', (_, change, expected) => {
    expect(formatFileChange(change, { diff: true, palette: paletteOf({ color: false }) })).toEqual(expected);
  });
});

function update(before: ObservedFile, after: ManagedFile): FileChange {
  return { kind: 'update', path, before, after, cause: 'inventory' };
}
