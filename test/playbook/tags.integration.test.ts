import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { listPlaybook } from '../../src/commands/list-playbook.ts';
import { run } from '../commands/test-io.ts';
import { withFiles } from '../inventory/ansible.ts';

const tags = ['a', 'b', 'always', 'never'];
/** Every set of them. */
const sets = Array.from({ length: 2 ** tags.length }, (_, bits) => tags.filter((_tag, place) => (bits >> place) & 1));

/** Plays whose tasks have every set of tags, written in each way that Ansible knows; `verb` does nothing of importance. */
function playbook(verb: string): string {
  const play = (name: string, own: string) =>
    `- hosts: all\n${name}  gather_facts: false\n${own}  tasks:\n${sets.map(task).join('')}`;
  const task = (set: readonly string[], number: number) => {
    const written = number % 2 === 0 ? `[${set.join(', ')}]` : `"${set.join(', ')}"`;
    return `    - name: task ${number}\n${set.length === 0 ? '' : `      tags: ${written}\n`}      ${verb}\n`;
  };
  const plays = [
    play('', ''),
    play('  name: A play\n', '  tags: c\n'),
    play('  name: Another\n', '  tags: [never]\n'),
    play('', '  tags: always\n'),
  ];
  return `${plays.join('')}- hosts: n1,n2\n  tags: b\n  tasks: []\n`;
}

const ours = playbook('rule: {}').replaceAll('  gather_facts: false\n', '');
const theirs = playbook('debug: {}');

/** What both are asked with: options of tags, as they are typed. */
const asked: readonly string[][] = [
  [],
  ['--tags', 'a'],
  ['--tags', 'a,c'],
  ['--tags', 'never'],
  ['--tags', 'all'],
  ['--tags', 'tagged'],
  ['--tags', 'untagged'],
  ['--tags', 'all,never'],
  ['--skip-tags', 'a'],
  ['--skip-tags', 'always'],
  ['--skip-tags', 'all'],
  ['--skip-tags', 'all,a'],
  ['--skip-tags', 'tagged'],
  ['--tags', 'a,b', '--skip-tags', 'b,always'],
  ['--tags', 'tagged', '--skip-tags', 'untagged,c'],
];

describe('Tags choose the tasks that Ansible chooses', () => {
  it('of every set of tags, in plays with and without tags of their own', async () => {
    await withFiles({ 'ours.yaml': ours, 'theirs.yaml': theirs }, async (folder) => {
      const file = join(folder, 'ours.yaml');
      const lanes = [0, 1].map(async (lane) => {
        for (const options of asked.filter((_, index) => index % 2 === lane)) {
          const [mine, known] = [await list(file, options), await ansible(join(folder, 'theirs.yaml'), options)];
          expect(mine, options.join(' ')).toBe(known.replaceAll('theirs.yaml', 'ours.yaml'));
        }
      });
      await Promise.all(lanes);
    });
  });
});

async function list(file: string, options: readonly string[]): Promise<string> {
  const listOf = (option: string) => options[options.indexOf(option) + 1]?.split(',') ?? [];
  const { exitCode, stdout, stderr } = await run(listPlaybook, {
    ...{ playbook: file, listing: { tasks: true, tags: true } },
    ...(options.includes('--tags') ? { tags: listOf('--tags') } : {}),
    ...(options.includes('--skip-tags') ? { skipTags: listOf('--skip-tags') } : {}),
  });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** Asks `ansible-playbook`, of the Debian package ansible-core. */
async function ansible(file: string, options: readonly string[]): Promise<string> {
  const args = ['-i', 'n1,n2,', ...options, '--list-tasks', '--list-tags', file];
  return (await promisify(execFile)('ansible-playbook', args, { env: { ...process.env, ANSIBLE_NOCOLOR: '1' } }))
    .stdout;
}
