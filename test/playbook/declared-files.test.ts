import { describe, expect, it } from 'vitest';
import { wantsOf } from './resolving.ts';

const inventory = `all:
  vars:
    peers: [{ name: a, port: 1 }, { name: b, port: 2 }]
    isLoud: false
    quiet: null
    broken: "{{ nothing }}"
  hosts:
    n1:
`;

/** The files that tasks declare on a host, or the errors as a user sees them. */
function filesOf(tasks: string, files: { readonly [path: string]: string } = {}) {
  const playbook = `- hosts: all\n  vars: { greeting: hello }\n  tasks:\n${tasks}`;
  const wants = wantsOf(playbook, inventory, 'n1', files);
  if (!wants.ok) return wants.error;
  return (wants.value?.declared ?? []).map((each) => (each.kind === 'file' ? each.file : each.kind));
}

const oneFile = (text: string) => {
  const files = filesOf('    - template: { src: t.hbs, dest: /etc/t }\n', { 't.hbs': text });
  return typeof files === 'string' ? files : files.map((file) => (typeof file === 'string' ? file : file.content))[0];
};

describe('A file of a playbook', () => {
  it('has what its task says, and else belongs to root', () => {
    expect(
      filesOf(
        `    - file: { content: "{{ greeting }}\\n", dest: /etc/a }
    - loop: [b, c]
      file:
        src: "files/{{ item }}"
        dest: "/etc/{{ item }}"
        owner: daemon
        group: adm
        mode: "640"
        validate: [check, --file=%s]
        reload: systemctl reload app
`,
        { 'files/b': '{{ stays }}\r\n', 'files/c': '' },
      ),
    ).toEqual([
      { dest: '/etc/a', content: 'hello\n', owner: 'root', group: 'root', mode: '0644', validate: null, reload: null },
      ...[
        ['b', '{{ stays }}\r\n'],
        ['c', ''],
      ].map(([name, content]) => ({
        dest: `/etc/${name}`,
        content,
        owner: 'daemon',
        group: 'adm',
        mode: '0640',
        validate: ['check', '--file=%s'],
        reload: ['systemctl', 'reload', 'app'],
      })),
    ]);
  });

  it.each([
    [
      'names of the inventory, the play and the host',
      '{{greeting}} {{inventory_hostname}} {{peers.1.name}}\n',
      'hello n1 b\n',
    ],
    [
      'blocks, whose lines leave nothing',
      '{{#each peers}}\n{{name}}:{{port}}{{#unless @last}},{{/unless}}\n{{/each}}\n',
      'a:1,\nb:2\n',
    ],
    ['conditions', '{{#if isLoud}}loud{{else}}quiet{{/if}}', 'quiet'],
    [
      'helpers of references',
      '{{default nowhere "x"}} {{json peers.[0]}} {{network "10.1.2.3/24"}}',
      'x {"name":"a","port":1} 10.1.2.0/24',
    ],
    ['comments', 'a{{! nobody sees this }}b', 'ab'],
    ['characters that pages would escape', '{{{greeting}}} <&"> {{greeting}}', 'hello <&"> hello'],
    ['a variable that is broken, and not looked at', 'broken', 'broken'],
  ])('is printed with %s', (_, text, expected) => {
    expect(oneFile(text)).toBe(expected);
  });

  it.each([
    ['a name that nothing has', 'a\n  {{nowhere}}\n', 't.hbs:2:5: error[template]: "nowhere" not defined'],
    ['a key that is not there', '{{peers.0.address}}', 't.hbs:1:3: error[template]: "address" not defined'],
    [
      'a list that is not there',
      '\n{{#each peer}}{{/each}}',
      't.hbs:2:1: error[template]: what {{#each}} looks at is not defined',
    ],
    ['an argument that is not there', '{{json peer}}', 't.hbs:1:1: error[template]: json: an argument is not defined'],
    ['what is required', '{{required quiet "say how loud"}}', 't.hbs:1:1: error[template]: say how loud'],
    ['a helper that nobody knows', '{{upper greeting}}', 't.hbs:1:3: error[template]: there is no helper "upper"'],
    ['a filter of Jinja', 'x\n{{ greeting | upper }}\n', 't.hbs:2:1: error[template]: '],
    ['a block of Jinja', 'x {% if a %}', 't.hbs:1:3: error[template]: Jinja\'s "{%" is not supported'],
    ['a block that is not closed', '{{#if isLoud}}', 't.hbs:1:1: error[template]: '],
    [
      'a variable that is broken',
      '{{broken}}',
      'i.yaml:6:14: error[undefined-variable]: variable "nothing" is not defined',
    ],
  ])('cannot be printed with %s', (_, text, expected) => {
    expect(oneFile(text)).toContain(expected);
  });

  it.each([
    ['no text', 'dest: /etc/a', 'error[file-text]: a file has one text'],
    ['two texts', 'dest: /etc/a, content: x, src: y', 'error[file-text]: a file has one text'],
    ['no place', 'content: x', 'error[missing]: file has no "dest"'],
    ['a place from nowhere', 'dest: etc/a, content: x', 'error[file-path]: "etc/a" is no absolute path'],
    ['a winding place', 'dest: /etc/../a, content: x', 'error[file-path]: "/etc/../a" is no plain path'],
    [
      'a place that a restart empties',
      'dest: /run/a, content: x',
      'error[file-path]: "/run/a" would be gone after a restart',
    ],
    [
      "a place of mlbroute's own",
      'dest: /etc/mlbroute/a, content: x',
      'error[file-path]: "/etc/mlbroute/a" has a name by which mlbroute tells its own files',
    ],
    ['a mode without quotes', 'dest: /a, content: x, mode: 644', 'file.mode must be text, not the number 644'],
    ['a mode that is none', 'dest: /a, content: x, mode: u=rw', 'mode is three octal digits, as "0644"'],
    ['an owner by number', 'dest: /a, content: x, owner: "0"', 'this is the name of an account of the host'],
    [
      'a check that does not look',
      'dest: /a, content: x, validate: visudo -c',
      'error[file-validate]: validate has no %s, so it would not look at this text',
    ],
    ['a command for a shell', 'dest: /a, content: x, reload: a && b', 'error[command]: "&&" is for a shell'],
    ['a source that is not there', 'dest: /a, src: nowhere', 'error[file-source]: nowhere cannot be read'],
    ['a character that no text has', 'dest: /a, content: "a\\0b"', 'error[file-text]: the text has a character 0'],
    ['a misspelt key', 'path: /a, content: x', 'error[unknown-key]: "path"'],
  ])('is refused with %s', (_, keys, expected) => {
    expect(filesOf(`    - file: { ${keys} }\n`)).toContain(expected);
  });

  it('is had once: another text for it is an error with both places', () => {
    const tasks = (second: string) =>
      `    - file: { dest: /etc/a, content: one }\n    - file: { dest: /etc/a, content: ${second} }\n`;
    expect(filesOf(tasks('two'))).toContain(
      'p.yaml:5:7: error[task-clash]: file /etc/a is already declared in another way at p.yaml:4:7',
    );
    expect(filesOf(tasks('one'))).toHaveLength(2);
  });
});

describe('A unit or a module of a playbook', () => {
  const declared = (task: string) => {
    const wants = wantsOf(`- hosts: all\n  tasks:\n    - ${task}\n`, inventory, 'n1');
    return wants.ok ? wants.value?.declared.map(({ at: _at, ...each }) => each) : wants.error;
  };

  it('is what its task says', () => {
    expect(declared('unit: { name: app, enabled: true, state: stopped }')).toEqual([
      { kind: 'unit', unit: { unit: 'app.service', isEnabled: true, isActive: false } },
    ]);
    expect(declared('unit: { name: app.timer, state: started }')).toEqual([
      { kind: 'unit', unit: { unit: 'app.timer', isEnabled: null, isActive: true } },
    ]);
    expect(declared('kernel_module: { name: br-netfilter }')).toEqual([
      { kind: 'kernel_module', module: 'br_netfilter' },
    ]);
  });

  it.each([
    ['unit: { name: app }', 'error[unit]: nothing is asked of the unit'],
    ['unit: { name: sshd, state: stopped }', 'error[unit]: without sshd.service the host may be lost'],
    ['unit: { name: ssh.socket, enabled: false }', 'error[unit]: without ssh.socket the host may be lost'],
    ['unit: { name: systemd-networkd, enabled: false }', 'without systemd-networkd.service the host may be lost'],
    ['unit: { name: "a b", state: started }', 'this is the name of a unit of systemd'],
    ['unit: { name: app, state: restarted }', 'error[value]'],
    ['kernel_module: { name: a/b }', 'this is the name of a module, without .ko'],
    ['kernel_module: br_netfilter', 'error[type]'],
  ])('is refused as %s', (task, expected) => {
    expect(declared(task)).toContain(expected);
  });

  it('keeps what runs a host where that is asked', () => {
    expect(declared('unit: { name: sshd, enabled: true, state: started }')).toHaveLength(1);
  });
});
