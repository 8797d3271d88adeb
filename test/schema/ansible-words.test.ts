import { describe, expect, it } from 'vitest';
import { ansibleHint } from '../../src/schema/ansible-words.ts';
import { allVerbs } from '../../src/schema/playbook-schema.ts';

const task = ['name', 'when', ...allVerbs];
const play = ['name', 'hosts', 'tasks'];

describe('A word of Ansible in a playbook', () => {
  it.each([
    [task, 'shell', 'shell of Ansible is command: [sh, -c, "…"] here'],
    [task, 'ansible.builtin.copy', 'copy of Ansible is file here, with dest and content or src'],
    [task, 'ansible.builtin.command', 'write command'],
    [task, 'become', 'become of Ansible is not one here: ansible_become of a host counts for all its tasks'],
    [play, 'roles', 'roles of Ansible is not one here: write the tasks out; Ansible may stay for the rest'],
    [play, 'max_fail_percentage', 'max_fail_percentage of Ansible is max_fail: …% here'],
    [play, 'shell', null],
    [task, 'roles', null],
    [task, 'constructor', null],
  ])('is told with what stands for it: %#', (known, word, hint) => {
    expect(ansibleHint(word, known)).toBe(hint);
  });
});
