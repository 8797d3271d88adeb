import { describe, expect, it } from 'vitest';
import { type Action, type ActionResult, idleResult } from '../../src/domain/action.ts';
import type { HostSteps } from '../../src/tasks/host-wants.ts';
import { yaml } from '../inventory/printed.ts';
import { stepsOf } from './resolving.ts';

const inventory = yaml`
  all:
    vars: { unit: nginx, port: 8080, networks: [{ name: public, pools: [1.2.3.0/24], link: { device: eth1 }, gateway: 1.2.3.1 }] }
    hosts: { n1: }
`;

/** A play of these tasks on n1. */
function steps(...tasks: readonly string[]): HostSteps {
  const found = stepsOf(play(tasks), inventory, 'n1');
  if (!found.ok) throw new Error(found.error);
  if (found.value === null) throw new Error('no play has n1');
  return found.value;
}

function fault(...tasks: readonly string[]): string {
  const found = stepsOf(play(tasks), inventory, 'n1');
  return found.ok ? JSON.stringify(found.value) : found.error;
}

const play = (tasks: readonly string[]) => `- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`;

/** The only action of a task, with what earlier ones have left. */
function action(task: string, results: { readonly [name: string]: ActionResult } = {}): Action | null | string {
  const registering = Object.keys(results).map((name) => `{ command: x, register: ${name} }`);
  const last = steps(...registering, task).interludes.at(-1)?.task;
  if (last === undefined) return null;
  const settled = last.resolve(results);
  return settled.ok ? settled.value : settled.error;
}

const vlan = (id: number) => `vlan: { parent: eth0, id: ${id} }`;
const result = (stdout: string, changed = true) => ({ ...idleResult(false), stdout, stdout_lines: [stdout], changed });

describe('An action', () => {
  it.each<[string, string, object]>([
    [
      'a text of words',
      'command: systemctl restart "{{ unit }}.service"',
      { argv: ['systemctl', 'restart', 'nginx.service'] },
    ],
    [
      'a list of words',
      'command: [echo, "a  b", 3]',
      { argv: ['echo', 'a  b', '3'], ok: [0], changed: true, timeoutS: 600 },
    ],
    [
      'a command with all it can have',
      'command: { argv: x, creates: /a, unless: [test, "-e", b], chdir: /c, stdin: d, ok: [0, 1], changed: [2], timeout: 5 }',
      {
        ...{ kind: 'command', argv: ['x'], creates: '/a', unless: ['test', '-e', 'b'], chdir: '/c', stdin: 'd' },
        ...{ ok: [0, 1, 2], changed: [2], timeoutS: 5 },
      },
    ],
    ['a package', 'package: arping', { kind: 'package', names: ['arping'], state: 'present' }],
    [
      'packages to remove',
      'package: { name: [a, b], state: absent }',
      { kind: 'package', names: ['a', 'b'], state: 'absent' },
    ],
    [
      'a wait for a port',
      'wait: { port: "{{ port }}", timeout: 9 }',
      { kind: 'wait', until: { kind: 'port', port: 8080 }, timeoutS: 9 },
    ],
    ['a wait for a time, which may take that time', 'wait: { seconds: 400 }', { kind: 'wait', timeoutS: 400 }],
    [
      'a wait for a command',
      'wait: { until: "test -e /x", every: 5 }',
      { until: { kind: 'command', argv: ['test', '-e', '/x'] }, everyS: 5 },
    ],
    [
      'an assert that holds',
      'assert: { that: [port == 8080, unit.startsWith("ng")] }',
      { kind: 'assert', failure: null },
    ],
    [
      'an assert that does not',
      `assert: { that: "port == 80" }`,
      { kind: 'assert', failure: 'port == 80 does not hold' },
    ],
    ['an assert with a message', 'assert: { that: false, message: "{{ unit }} first" }', { failure: 'nginx first' }],
    ['a verification', 'verify:', { kind: 'verify' }],
    ['a restart', 'reboot: { timeout: 90 }', { kind: 'reboot', timeoutS: 90 }],
  ])('is %s', (_, task, expected) => {
    expect(action(task)).toMatchObject(expected);
  });

  it.each<[string, string, object | null | string]>([
    ['in a condition', '{ when: r.changed, command: "echo x" }', { argv: ['echo', 'x'] }],
    ['in a condition that is false', '{ when: r.stdout == "x", command: "echo x" }', null],
    ['in an assert', `assert: { that: [r.rc == 0, 'r.stdout_lines[0].endsWith("}")'] }`, { failure: null }],
    [
      'in an argument, where it holds no references',
      'command: [echo, "{{ r.stdout }}"]',
      { argv: ['echo', '{{ y }}'] },
    ],
  ])('knows what an earlier one has left, %s', (_, task, expected) => {
    const found = action(task, { r: result('{{ y }}') });
    expect(found).toEqual(expected === null ? null : expect.objectContaining(expected));
  });

  it('comes after what the tasks above it declare, and before what those below it do', () => {
    const { wants, interludes } = steps(
      vlan(1),
      'command: a',
      'command: b',
      'metallb_l2:',
      vlan(2),
      'verify:',
      vlan(3),
    );
    const names = (declared: HostSteps['wants']['declared']) =>
      declared.flatMap((each) => (each.kind === 'vlan' ? [each.link.name] : []));
    expect(
      interludes.map(({ task, before, isNew }) => [
        task.words,
        names(before.declared),
        before.spec.networks.length,
        isNew,
      ]),
    ).toEqual([
      ['command a', ['eth0.1'], 0, true],
      ['command b', ['eth0.1'], 0, false],
      ['verify', ['eth0.1', 'eth0.2'], 1, true],
    ]);
    expect(interludes.every(({ before }) => before.isPart)).toBe(true);
    expect([names(wants.declared), wants.isPart]).toEqual([['eth0.1', 'eth0.2', 'eth0.3'], false]);
  });

  it.each<[string, string, readonly string[]]>([
    ['its name', '{ name: Restart it, command: "systemctl restart {{ unit }}" }', ['Restart it']],
    ['its words as they are written', 'command: [sh, -c, "echo {{ unit }}"]', ["command sh -c 'echo {{ unit }}'"]],
    [
      'its turn',
      '{ loop: [1, 2], command: "echo {{ item }}" }',
      ['command echo {{ item }} (1 of 2)', 'command echo {{ item }} (2 of 2)'],
    ],
    ['what it asks for', 'assert: { that: [port == 8080, true] }', ['assert port == 8080, true']],
    ['what it waits for', 'wait: { port: 80, timeout: 3 }', ['wait port 80, timeout 3']],
    ['its package', 'package: { name: [a, b] }', ['package a b']],
    ['nothing at all where its condition is false', '{ when: port == 80, command: x }', []],
  ])('is called by %s', (_, task, words) => {
    expect(steps(task).interludes.map((each) => each.task.words)).toEqual(words);
  });

  it.each<[string, readonly string[], string]>([
    [
      'words of a shell',
      ['command: "ip rule | wc -l"'],
      'p.yaml:3:16: error[command]: "|" is for a shell, and a command runs without one',
    ],
    [
      'an open quote',
      [`command: "echo 'x"`],
      `p.yaml:3:16: error[command]: the command cannot be split into words: a ' is not closed`,
    ],
    ['nothing', ['command:'], 'command has no "argv"'],
    ['a misspelt key', ['command: { argv: x, create: /x }'], 'hint: did you mean "creates"?'],
    ['a relative path', ['command: { argv: x, creates: x }'], 'this must be an absolute path'],
    [
      'two things to wait for',
      ['wait: { port: 1, seconds: 1 }'],
      'error[wait]: it must be said for what to wait, once',
    ],
    ['no condition', ['assert: { message: x }'], 'assert has no "that"'],
    [
      'a name that nothing has',
      ['assert: { that: [true, prt == 1] }'],
      'p.yaml:3:30: error[undefined-variable]: there is no variable "prt"',
    ],
    [
      'a result that comes later',
      ['{ when: r.changed, command: x }', '{ command: x, register: r }'],
      'error[undefined-variable]: there is no variable "r"',
    ],
    [
      'another such name beside a result',
      ['{ command: x, register: r }', 'command: [echo, "{{ r.stdout }}", "{{ s }}"]'],
      'variable "s" is not defined',
    ],
    [
      'a key that no result has',
      ['{ command: x, register: r }', 'command: [echo, "{{ r.stdot }}"]'],
      'error[undefined-variable]: "r" has no "stdot"',
    ],
    [
      'the result of a loop',
      ['{ loop: [1], command: x, register: r }'],
      'error[register]: a task with a loop has several results',
    ],
    [
      'the result of a task that declares',
      [`{ register: r, ${vlan(1)} }`],
      'error[register]: vlan declares something: it has no result to register',
    ],
    [
      'state that depends on a result',
      ['{ command: x, register: r }', `{ when: r.changed, ${vlan(1)} }`],
      'p.yaml:4:26: error[state-by-result]: vlan depends on "r", which an action registers',
    ],
    ['a verify with arguments', ['verify: { x: 1 }'], '"x" is not a key of verify'],
  ])('is refused with %s', (_, tasks, message) => {
    expect(fault(...tasks)).toContain(message);
  });
});
