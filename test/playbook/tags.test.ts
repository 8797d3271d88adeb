import { describe, expect, it } from 'vitest';
import { listPlays } from '../../src/playbook/list-plays.ts';
import { parsePlaybook } from '../../src/playbook/parse-playbook.ts';
import { builtInPlaybook, type Playbook } from '../../src/playbook/playbook.ts';
import { choosePlays, isWhole, tagFaults } from '../../src/playbook/tags.ts';
import { yaml } from '../inventory/printed.ts';

const site = read(yaml`
  - hosts: all
    tasks:
      - { name: plain, rule: {} }
      - { name: storage, tags: storage, rule: {} }
      - { name: both, tags: "storage, backup ", rule: {} }
      - { name: rare, tags: [never, debug], rule: {} }
      - { name: each time, tags: [always], rule: {} }
  - name: Edge
    hosts: edge
    tags: [edge]
    tasks:
      - { tags: edge, rule: {} }
`);

describe('Tags', () => {
  it.each<[string, { tags?: string[]; skipTags?: string[] }, readonly string[]]>([
    ['none: all tasks but the rare', {}, ['plain', 'storage', 'both', 'each time', 'rule']],
    ['one: its tasks, and those of every run', { tags: ['storage'] }, ['storage', 'both', 'each time']],
    ['a rare one: that task', { tags: ['debug'] }, ['rare', 'each time']],
    ['that of a play: its tasks', { tags: ['edge'] }, ['each time', 'rule']],
    ['one to skip', { skipTags: ['storage'] }, ['plain', 'each time', 'rule']],
    ['one, and another to skip', { tags: ['storage'], skipTags: ['backup', 'always'] }, ['storage']],
    ['untagged', { tags: ['untagged'] }, ['plain', 'each time']],
    ['all, to skip: those of every run are left', { skipTags: ['all', 'storage'] }, ['each time']],
  ])('choose by %s', (_, { tags = [], skipTags = [] }, names) => {
    const { plays } = choosePlays(site, { tags, skipTags });
    expect(plays.flatMap(({ tasks }) => tasks.map(({ name, verb }) => name ?? verb))).toEqual(names);
  });

  it.each<[string, { tags?: string[]; skipTags?: string[] }, boolean]>([
    ['without tags', {}, true],
    ['with the tag all', { tags: ['all'] }, true],
    ['with any other', { tags: ['all', 'never'] }, false],
    ['with tags to skip', { skipTags: ['storage'] }, false],
  ])('make a run %s whole, or not', (_, { tags = [], skipTags = [] }, expected) => {
    expect(isWhole({ tags, skipTags })).toBe(expected);
  });

  it.each<[string, Playbook, { tags?: string[]; skipTags?: string[] }, readonly string[]]>([
    ['that tasks have', site, { tags: ['storage', 'edge'], skipTags: ['never'] }, []],
    ['that mean something by themselves', site, { tags: ['all', 'tagged', 'untagged', 'always'] }, []],
    [
      'that no task has',
      site,
      { tags: ['storge'], skipTags: ['x'] },
      [
        '--tags: no task has the tag "storge" (did you mean "storage"?)',
        '--skip-tags: no task has the tag "x" (its tags are always, backup, debug, edge, never, storage)',
      ],
    ],
    [
      'of a playbook without any',
      builtInPlaybook,
      { tags: ['x'] },
      ['--tags: no task has the tag "x" (the playbook has no tags)'],
    ],
  ])('%s are in order, or a fault each', (_, playbook, { tags = [], skipTags = [] }, expected) => {
    const faults = tagFaults(playbook, { tags, skipTags });
    expect(faults.map(({ message, hint }) => `${message} (${hint})`)).toEqual(expected);
  });

  it.each([
    ['a reference', 'tags: "{{ x }}"', 'p.yaml:3:15: a tag is a plain word: it has no {{ }}'],
    ['a mapping', 'tags: { a: b }', 'p.yaml:3:15: tags are a list of plain words, without {{ }}'],
  ])('cannot be %s', (_, tags, expected) => {
    const parsed = parsePlaybook(`- hosts: all\n  tasks:\n    - { ${tags}, rule: {} }\n`, 'p.yaml');
    const told = parsed.ok
      ? []
      : parsed.error.diagnostics.map(({ at, message }) => `p.yaml:${at?.line}:${at?.column}: ${message}`);
    expect(told).toEqual([expected]);
  });

  it('are listed with their tasks', () => {
    expect(listPlays(site, { file: 'site.yaml', tasks: true, tags: true })).toBe(
      `
playbook: site.yaml

  play #1 (all): all\tTAGS: []
    tasks:
      plain\tTAGS: []
      storage\tTAGS: [storage]
      both\tTAGS: [backup, storage]
      rare\tTAGS: [debug, never]
      each time\tTAGS: [always]
      TASK TAGS: [always, backup, debug, never, storage]

  play #2 (edge): Edge\tTAGS: [edge]
    tasks:
      rule\tTAGS: [edge]
      TASK TAGS: [edge]
`,
    );
  });
});

function read(text: string): Playbook {
  const parsed = parsePlaybook(text, 'p.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}
