import type { FileChange, HostPlan } from '../../src/domain/change.ts';
import { toShell } from '../../src/domain/command.ts';

/**
 * The work of a plan as an Ansible playbook, in JSON, which is YAML. Written to be fast: no facts, a loop over folders and one over files, one
 * task that reads the running kernel, and one that runs all commands where it is not as it should be.
 */
export function playbookOf(plan: HostPlan, expected: string): string {
  const files = plan.files.map(created);
  const regular = files.flatMap((file) => (file.kind === 'file' ? [file] : []));
  const links = files.flatMap((file) => (file.kind === 'symlink' ? [file] : []));
  const folders = [...new Set(files.map(({ path }) => path.replace(/\/[^/]*$/, '')))].filter(
    (folder) => !['/etc/sysctl.d', '/etc/systemd/system'].includes(folder),
  );
  return JSON.stringify(
    [
      {
        hosts: 'all',
        gather_facts: false,
        tasks: [
          {
            name: 'folders',
            'ansible.builtin.file': { path: '{{ item }}', state: 'directory', mode: '0755' },
            loop: folders,
          },
          {
            name: 'files',
            'ansible.builtin.copy': { dest: '{{ item.path }}', content: '{{ item.content }}', mode: '{{ item.mode }}' },
            loop: regular,
            loop_control: { label: '{{ item.path }}' },
          },
          {
            name: 'links',
            // With --check on a new host its target is missing.
            'ansible.builtin.file': { path: '{{ item.path }}', src: '{{ item.target }}', state: 'link', force: true },
            loop: links,
          },
          {
            name: 'the running kernel',
            'ansible.builtin.shell': readKernel,
            register: 'kernel',
            changed_when: false,
            check_mode: false,
          },
          {
            name: 'commands',
            'ansible.builtin.shell': commandsOf(plan),
            when: 'kernel.stdout != expected',
          },
        ],
        vars: { expected },
      },
    ],
    null,
    2,
  );
}

/** What a push has to know of the running kernel before it can tell that nothing is to do; the same on all hosts that are as described. */
export const readKernel = `ip -N -4 rule show
ip -N -4 route show table all | grep -v -e 'dev eth0' -e 'dev lo'
iptables-save -t mangle | grep -e '-[AN:].*MLBROUTE'
grep -H . /proc/sys/net/ipv4/conf/*/rp_filter`;

/** All changes of the running kernel as one shell program that stops at the first that fails. */
export function commandsOf(plan: HostPlan): string {
  const lines = plan.runtime
    .flatMap(({ apply }) => apply)
    .map(({ argv, stdin }) => (stdin === null ? toShell(argv) : `${toShell(argv)} <<'END'\n${stdin}END`));
  return ['set -e', ...lines, ''].join('\n');
}

/** A file of a plan that begins from nothing. */
export function created(change: FileChange) {
  if (change.kind !== 'create') throw new Error(`${change.path} is there before the benchmark`);
  return change.after;
}
