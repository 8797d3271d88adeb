const own = 'is not one here:';
const everyTask = `${own} ansible_become of a host counts for all its tasks`;
const writtenOut = `${own} write the tasks out; Ansible may stay for the rest`;
const wholeFile = `${own} a file is whole; write it with file or template`;
const onItsHost = `${own} every task is done on its own host`;
const reload = 'is reload here, of the file or template that the service reads';

/** Words of an Ansible task that are not mlbroute's, and what stands for each. Source: docs/coming-from-ansible.md, docs/playbook.md. */
const taskWords: { readonly [word: string]: string } = {
  shell: 'is command: [sh, -c, "…"] here',
  raw: 'is command: [sh, -c, "…"] here',
  script: 'is file and command here',
  copy: 'is file here, with dest and content or src',
  ...{ lineinfile: wholeFile, blockinfile: wholeFile, replace: wholeFile },
  ...{ apt: 'is package here', dnf: 'is package here', yum: 'is package here' },
  modprobe: 'is kernel_module here',
  ...{ systemd: 'is unit here', systemd_service: 'is unit here', service: 'is unit here' },
  ...{ wait_for: 'is wait here', pause: 'is wait: { seconds: … } here' },
  ...{ notify: reload, handlers: reload },
  ...{ become: everyTask, become_user: everyTask },
  changed_when: 'is changed here, a key of command',
  failed_when: 'is ok here, a key of command: the exit codes that are no failure',
  ignore_errors: `${own} ok, a key of command, says which exit codes are no failure`,
  ...{ with_items: 'is loop here', with_list: 'is loop here' },
  block: `${own} tasks stand in a row, each with its own when and tags`,
  ...{ include_tasks: writtenOut, import_tasks: writtenOut, include_role: writtenOut, import_role: writtenOut },
  ...{ delegate_to: onItsHost, run_once: onItsHost, local_action: onItsHost },
  set_fact: 'is vars here, of a task or its play',
  debug: `${own} mlbroute explain --var NAME --host HOST tells a value, and where it comes from`,
};

const playWords: { readonly [word: string]: string } = {
  ...{ roles: writtenOut, import_playbook: writtenOut },
  ...{
    pre_tasks: 'is tasks here, which are done in their order',
    post_tasks: 'is tasks here, which are done in their order',
  },
  handlers: reload,
  ...{ become: everyTask, become_user: everyTask },
  gather_facts: `${own} leave it out, for what mlbroute must know it asks itself`,
  vars_files: `${own} put the file into group_vars or host_vars beside the inventory`,
  ...{ max_fail_percentage: 'is max_fail: …% here', any_errors_fatal: 'is max_fail: 0 here' },
  remote_user: `${own} ansible_user of a host says it`,
};

/** What to write in place of a word of Ansible's, as a hint; null for any other word. `known` are the words of mlbroute there. */
export function ansibleHint(word: string, known: readonly string[]): string | null {
  const short = word.replace(/^(?:ansible\.(?:builtin|posix)|community\.general)\./, '');
  if (short !== word && known.includes(short)) return `write ${short}`;
  const words = known.includes('tasks') ? playWords : taskWords;
  const meaning = Object.hasOwn(words, short) ? words[short] : undefined;
  return meaning === undefined ? null : `${short} of Ansible ${meaning}`;
}
