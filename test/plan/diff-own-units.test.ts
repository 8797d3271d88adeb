import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/domain/change.ts';
import type { ManagedFile, ObservedFile } from '../../src/domain/remote-file.ts';
import type { ObservedUnit } from '../../src/domain/unit-setting.ts';
import { diffOwnUnits } from '../../src/plan/diff-own-units.ts';

const folder = '/etc/systemd/system';
const file = (name: string): ManagedFile => ({ kind: 'file', path: `${folder}/${name}`, mode: '0644', content: '' });
const created = (name: string): FileChange => ({
  ...{ kind: 'create', path: `${folder}/${name}`, after: file(name), cause: 'inventory' },
});
const before = (name: string): ObservedFile => ({
  ...{ kind: 'file', path: `${folder}/${name}`, mode: '0644', owner: 'root', group: 'root' },
  ...{ uid: 0, gid: 0, modifiedAt: 0, content: '' },
});
const removed = (name: string): FileChange => ({
  ...{ kind: 'remove', path: `${folder}/${name}`, before: before(name), cause: 'inventory' },
});
const timer = 'mlbroute-routing.timer';
const chains = 'mlbroute-nftables.service';
const seen = (unit: string, isActive: boolean): ObservedUnit => ({ unit, isThere: true, isActive, atBoot: 'enabled' });

const commandsOf = (
  names: readonly string[],
  changes: readonly FileChange[],
  running: readonly ObservedUnit[],
): readonly string[] =>
  diffOwnUnits(names.map(file), changes, running).map(
    ({ apply, undo, isBeforeFiles }) =>
      `${isBeforeFiles ? 'first ' : ''}${apply.map(({ argv }) => argv.join(' ')).join(', ')}; undo ${undo[0]?.argv.join(' ')}`,
  );

describe('A unit of mlbroute’s own', () => {
  it.each<[string, readonly string[], readonly FileChange[], readonly ObservedUnit[], readonly string[]]>([
    [
      'that is a timer starts with its file',
      [timer],
      [created(timer)],
      [],
      [`systemctl start ${timer}; undo systemctl stop ${timer}`],
    ],
    [
      'that is a timer starts where somebody stopped it',
      [timer],
      [],
      [seen(timer, false)],
      [`systemctl start ${timer}; undo systemctl stop ${timer}`],
    ],
    ['that is a timer and runs is left alone', [timer], [], [seen(timer, true)], []],
    [
      'that is a timer stops before its file goes, and forgets',
      [],
      [removed(timer)],
      [seen(timer, true)],
      [`first systemctl stop ${timer}, rm -f /run/mlbroute-routing.seen; undo systemctl start ${timer}`],
    ],
    ['that was stopped already only loses its file', [], [removed(timer)], [seen(timer, false)], []],
    [
      'that loads chains starts with its file',
      [chains],
      [created(chains)],
      [],
      [`systemctl start ${chains}; undo systemctl stop ${chains}`],
    ],
    [
      'that loads chains stops before its file goes',
      [],
      [removed(chains)],
      [],
      [`first systemctl stop ${chains}; undo systemctl start ${chains}`],
    ],
    ['that brings the routing has its timer for that', ['mlbroute-routing.service'], [], [], []],
    ['of somebody else is none of these', [], [removed('other.timer')], [seen('other.timer', true)], []],
  ])('%s', (_, files, changes, running, expected) => {
    expect(commandsOf(files, changes, running)).toEqual(expected);
  });
});
