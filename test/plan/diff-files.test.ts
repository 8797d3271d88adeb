import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/domain/change.ts';
import type { ManagedFile, ObservedFile } from '../../src/domain/remote-file.ts';
import { diffFiles, digestOf } from '../../src/plan/diff-files.ts';
import { managed, observed } from '../report/sample-plan.ts';
import { manifest } from '../tasks/example-host.ts';

const path = '/etc/mlbroute/a';
const link = (target: string): ManagedFile & ObservedFile => ({ kind: 'symlink', path, target });
const [ours, theirs] = [managed(path, 'ours\n'), observed(path, 'theirs\n')];

const inWords = ({ kind, path: where, cause }: FileChange) => `${kind} ${where} (${cause})`;

describe('diffFiles', () => {
  it.each<[string, ManagedFile | null, ObservedFile | null, ManagedFile | null | 'nothing', readonly string[]]>([
    ['a new file on a new host', ours, null, 'nothing', [`create ${path} (inventory)`]],
    ['a new file', ours, null, null, [`create ${path} (inventory)`]],
    ['a file that somebody removed', ours, null, ours, [`create ${path} (edited-on-host)`]],
    ['the very file', ours, observed(path, 'ours\n'), ours, []],
    ['the very file that was never recorded', ours, observed(path, 'ours\n'), 'nothing', []],
    ['new content', ours, observed(path, 'old\n'), managed(path, 'old\n'), [`update ${path} (inventory)`]],
    ['content that somebody edited', ours, theirs, ours, [`update ${path} (edited-on-host)`]],
    ['both at once', ours, theirs, managed(path, 'old\n'), [`update ${path} (edited-on-host)`]],
    ['foreign content', ours, theirs, 'nothing', [`update ${path} (inventory)`]],
    ['another mode', ours, observed(path, 'ours\n', { mode: '0600' }), ours, [`update ${path} (edited-on-host)`]],
    ['another owner', ours, observed(path, 'ours\n', { owner: 'admin' }), ours, [`update ${path} (edited-on-host)`]],
    ['another group', ours, observed(path, 'ours\n', { group: 'adm' }), ours, [`update ${path} (edited-on-host)`]],
    ['a later time alone', ours, observed(path, 'ours\n', { modifiedAt: 1 }), ours, []],
    ['a link for a file', ours, link('x'), ours, [`update ${path} (edited-on-host)`]],
    ['a file for a link', link('x'), theirs, link('x'), [`update ${path} (edited-on-host)`]],
    ['another target', link('x'), link('y'), link('y'), [`update ${path} (inventory)`]],
    ['the very link', link('x'), link('x'), link('x'), []],
    ['a file nobody wants any more', null, observed(path, 'ours\n'), ours, [`remove ${path} (inventory)`]],
    ['the same after an edit', null, theirs, ours, [`remove ${path} (edited-on-host)`]],
    ['a file of our name that we never wrote', null, theirs, null, [`remove ${path} (inventory)`]],
    ['a file that is gone already', null, null, ours, []],
  ])('of %s', (_, desired, found, recorded, changes) => {
    const last = recorded === 'nothing' ? null : manifest({ files: recorded === null ? [] : [recorded] });
    const files = diffFiles(desired === null ? [] : [desired], found === null ? [] : [found], last);
    expect(files.map(inWords)).toEqual(changes);
  });

  it('goes by path, whatever is done there', () => {
    const desired = [managed('/etc/c', '\n'), managed('/etc/a', '\n')];
    expect(diffFiles(desired, [observed('/etc/b-mlbroute', '\n')], null).map(inWords)).toEqual([
      'create /etc/a (inventory)',
      'remove /etc/b-mlbroute (inventory)',
      'create /etc/c (inventory)',
    ]);
  });

  it('names contents by the sha256 of their bytes, as sha256sum(1) does', () => {
    expect(digestOf(managed(path, 'é\n'))).toBe('edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2');
    expect(digestOf(link('../x'))).toBe('link:../x');
  });
});
