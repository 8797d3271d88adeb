import { describe, expect, it } from 'vitest';
import type { HostConnection } from '../../src/domain/host.ts';
import type { Json } from '../../src/domain/variable.ts';
import { connectionOf } from '../../src/inventory/connection.ts';
import { connectionVariableNames } from '../../src/inventory/connection-variables.ts';
import { inventoryOf, printed, varsOf, yaml } from './printed.ts';

const defaults = { user: 'me', homeDirectory: '/home/me', transport: null } as const;

function connect(text: string) {
  const vars = varsOf(text, 'n1');
  const host = inventoryOf(text).hosts[0];
  if (!vars.ok || host === undefined) throw new Error('the inventory is right and has a host n1');
  return connectionOf(host.name, vars.value, defaults);
}

/** The connection of host n1 with these variables, secrets shown. */
function connection(body: string): { readonly [K in keyof HostConnection]: unknown } {
  const made = connect(`all: { hosts: { n1: { ${body} } } }\n`);
  if (!made.ok) throw new Error(printed(made.error, ''));
  const { become, password } = made.value;
  return {
    ...made.value,
    password: password?.reveal() ?? null,
    become: become && { user: become.user, password: become.password?.reveal() ?? null },
  };
}

const words = (options: string) => options.split(' ').flatMap((option) => ['-o', option]);

const plain = {
  name: 'n1',
  address: 'n1',
  port: 22,
  user: 'me',
  privateKeyFiles: [],
  identitiesOnly: false,
  password: null,
  become: null,
  proxyCommand: null,
  knownHostsFiles: null,
  hostKeyChecking: 'strict',
  connectTimeoutMs: null,
  transport: { kind: 'auto' },
  sshArguments: [],
};

describe('A connection', () => {
  it.each<[string, string, object]>([
    ['has defaults', '', {}],
    ['has an address', 'ansible_host: 10.0.0.1', { address: '10.0.0.1' }],
    ['has an address by its old name', 'ansible_ssh_host: 10.0.0.1', { address: '10.0.0.1' }],
    ['has a port', 'ansible_port: 2222', { port: 2222 }],
    ['has a port as text', 'ansible_ssh_port: "2222"', { port: 2222 }],
    ['has a user', 'ansible_ssh_user: admin', { user: 'admin' }],
    ['has a password', 'ansible_ssh_pass: "a b"', { password: 'a b' }],
    ['has a key file at home', 'ansible_private_key_file: ~/.ssh/key', { privateKeyFiles: ['/home/me/.ssh/key'] }],
    ['becomes root', 'ansible_become: true', { become: { user: 'root', password: null } }],
    [
      'becomes somebody by password',
      'ansible_become: "yes", ansible_become_method: sudo, ansible_become_user: op, ansible_become_pass: x',
      { become: { user: 'op', password: 'x' } },
    ],
    ['becomes nobody where a password alone is set', 'ansible_become: no, ansible_become_password: x', {}],
    ['checks no host key', 'ansible_host_key_checking: false', { hostKeyChecking: 'off' }],
    ['has a timeout', 'ansible_ssh_timeout: 5', { connectTimeoutMs: 5000 }],
    ['is by ssh where it says so', 'ansible_connection: ssh', {}],
    ['lets nothing be nothing', 'ansible_host: , ansible_port: ~', {}],
    ['takes two aliases that agree', 'ansible_user: a, ansible_ssh_user: a', { user: 'a' }],
    [
      'reads ssh arguments',
      `ansible_ssh_common_args: "-o ProxyCommand='socat - UNIX-CONNECT:/a b/n1.sock' -o UserKnownHostsFile=~/kh -qC -o IdentitiesOnly=yes -i ~/k -p 23 -l you"`,
      {
        proxyCommand: 'socat - UNIX-CONNECT:/a b/n1.sock',
        knownHostsFiles: ['/home/me/kh'],
        identitiesOnly: true,
        privateKeyFiles: ['/home/me/k'],
        port: 23,
        user: 'you',
      },
    ],
    [
      'keeps the tokens of a proxy command',
      `ansible_ssh_common_args: '-o ProxyCommand="ssh -W %h:%p -q bastion"'`,
      { proxyCommand: 'ssh -W %h:%p -q bastion' },
    ],
    ['has no proxy where it says none', 'ansible_ssh_common_args: -oProxyCommand=none', {}],
    [
      'reads options however they are written',
      `ansible_ssh_extra_args: "-o 'stricthostkeychecking accept-new' -o 'ConnectTimeout = 7' -p2200 -i/k"`,
      { hostKeyChecking: 'accept-new', connectTimeoutMs: 7000, port: 2200, privateKeyFiles: ['/k'] },
    ],
    [
      'knows several files of host keys',
      `ansible_ssh_common_args: -o "UserKnownHostsFile=/a ~/b"`,
      { knownHostsFiles: ['/a', '/home/me/b'] },
    ],
    ['knows no file of host keys', `ansible_ssh_common_args: -o UserKnownHostsFile=none`, { knownHostsFiles: [] }],
    [
      'ignores what makes no difference here',
      'ansible_ssh_args: -C -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=/x -o ServerAliveInterval=5 -o LogLevel=ERROR -o Compression=yes -o PreferredAuthentications=publickey',
      {},
    ],
    [
      'lets ansible_ssh_args win over variables, and these over the other arguments; keys add up',
      'ansible_ssh_args: -p 1 -i /1, ansible_port: 2, ansible_user: two, ansible_private_key_file: /2, ansible_ssh_common_args: -p 3 -l three -i /3, ansible_ssh_extra_args: -o ConnectTimeout=4 -i /4',
      { port: 1, user: 'two', privateKeyFiles: ['/1', '/2', '/3', '/4'], connectTimeoutMs: 4000 },
    ],
    [
      "is by the system's ssh where it says so, with what the variables set",
      'mlbroute_transport: openssh, ansible_user: op, ansible_ssh_private_key_file: ~/k, ansible_ssh_timeout: 9, ansible_host_key_checking: no',
      {
        user: 'op',
        privateKeyFiles: ['/home/me/k'],
        connectTimeoutMs: 9000,
        hostKeyChecking: 'off',
        transport: { kind: 'openssh', because: 'mlbroute_transport is openssh' },
      },
    ],
    [
      "is by the system's ssh where only that can do as asked, arguments in the order that counts",
      'ansible_ssh_args: -p 1 -o ControlMaster=auto, ansible_port: 2, ansible_user: two, ansible_ssh_common_args: -o CertificateFile=/c -l three, ansible_ssh_extra_args: -F /config',
      {
        port: 1,
        user: 'two',
        transport: { kind: 'openssh', because: 'CertificateFile in ansible_ssh_common_args needs it' },
      },
    ],
    ['is by its own ssh where it says so', 'mlbroute_transport: ssh2', { transport: { kind: 'ssh2' } }],
  ])('%s', (_, body, expected) => {
    expect({ ...connection(body), sshArguments: [] }).toEqual({ ...plain, ...expected });
  });

  it.each<[string, string, readonly string[]]>([
    ['nothing where nothing is said', 'ansible_host: h, ansible_password: secret', []],
    [
      'what the variables say, but no password',
      'ansible_user: op, ansible_ssh_private_key_file: ~/k, ansible_ssh_timeout: 9, ansible_host_key_checking: no, ansible_password: x',
      words('User=op StrictHostKeyChecking=no ConnectTimeout=9 IdentityFile=~/k'),
    ],
    [
      'the arguments around them, in the order that counts, and another file',
      'ansible_ssh_args: -p 1 -o ControlMaster=auto, ansible_port: 2, ansible_user: two, ansible_ssh_common_args: -J bastion -l three, ansible_ssh_extra_args: -F /config',
      [...words('Port=1 ControlMaster=auto User=two Port=1 ProxyJump=bastion User=three'), '-F', '/config'],
    ],
  ])('is told to ssh: %s', (_, body, expected) => {
    expect(connection(body).sshArguments).toEqual(expected);
  });

  it('is by the transport of the run before that of the inventory', () => {
    const text =
      'all: { hosts: { n1: { mlbroute_transport: ssh2, ansible_ssh_common_args: -o CertificateFile=/c } } }\n';
    const vars = varsOf(text, 'n1');
    const host = inventoryOf(text).hosts[0];
    if (!vars.ok || host === undefined) throw new Error('the inventory is right');
    const by = (transport: 'auto' | 'ssh2' | 'openssh') => {
      const made = connectionOf(host.name, vars.value, { ...defaults, transport });
      return made.ok ? made.value.transport : made.error.map(({ message, hint }) => `${message}: ${hint}`);
    };
    expect([by('openssh'), by('auto'), by('ssh2')]).toEqual([
      { kind: 'openssh', because: 'as --transport says' },
      { kind: 'openssh', because: 'CertificateFile in ansible_ssh_common_args needs it' },
      ["the ssh option CertificateFile needs the system's ssh: leave --transport ssh2 away"],
    ]);
  });

  it('prints no password', () => {
    const made = connect(
      'all: { hosts: { n1: { ansible_password: hunter2, ansible_become: yes, ansible_become_password: hunter3 } } }\n',
    );
    expect(JSON.stringify(made)).not.toContain('hunter');
  });
});

describe('A connection that cannot be made as asked is refused with every reason:', () => {
  it.each<[string, string, string]>([
    [
      'ssh options that matter and are not honoured',
      yaml`
        all:
          hosts:
            n1:
              ansible_ssh_common_args: -o ForwardAgent=yes -o Frobnicate=x -L 1:2:3
      `,
      yaml`
        i.yaml:4:32: error[ssh-option]: the ssh option ForwardAgent is not supported yet
                    ansible_ssh_common_args: -o ForwardAgent=yes -o Frobnicate=x -L 1:2:3
                                             ^ hint: supported: Port, User, ProxyCommand, UserKnownHostsFile, StrictHostKeyChecking, IdentitiesOnly, ConnectTimeout, IdentityFile
        i.yaml:4:32: error[ssh-option]: the ssh option Frobnicate is not supported yet
                    ansible_ssh_common_args: -o ForwardAgent=yes -o Frobnicate=x -L 1:2:3
                                             ^ hint: supported: Port, User, ProxyCommand, UserKnownHostsFile, StrictHostKeyChecking, IdentitiesOnly, ConnectTimeout, IdentityFile
        i.yaml:4:32: error[ssh-option]: the ssh option -L is not supported yet
                    ansible_ssh_common_args: -o ForwardAgent=yes -o Frobnicate=x -L 1:2:3
                                             ^ hint: supported: Port, User, ProxyCommand, UserKnownHostsFile, StrictHostKeyChecking, IdentitiesOnly, ConnectTimeout, IdentityFile
        i.yaml:4:32: error[ssh-option]: the ssh option 1:2:3 is not supported yet
                    ansible_ssh_common_args: -o ForwardAgent=yes -o Frobnicate=x -L 1:2:3
                                             ^ hint: supported: Port, User, ProxyCommand, UserKnownHostsFile, StrictHostKeyChecking, IdentitiesOnly, ConnectTimeout, IdentityFile
      `,
    ],
    [
      "options of the system's ssh where it may not be used",
      yaml`
        all:
          hosts:
            n1:
              mlbroute_transport: ssh2
              ansible_ssh_common_args: -J bastion -o BindAddress=::1 -o CertificateFile=/c
      `,
      yaml`
        i.yaml:5:32: error[ssh-option]: the ssh option BindAddress needs the system's ssh
                    ansible_ssh_common_args: -J bastion -o BindAddress=::1 -o CertificateFile=/c
                                             ^ hint: set mlbroute_transport to openssh or auto
        i.yaml:5:32: error[ssh-option]: the ssh option CertificateFile needs the system's ssh
                    ansible_ssh_common_args: -J bastion -o BindAddress=::1 -o CertificateFile=/c
                                             ^ hint: set mlbroute_transport to openssh or auto
      `,
    ],
    [
      'a transport that is none',
      yaml`
        all:
          hosts:
            n1:
              mlbroute_transport: telnet
      `,
      yaml`
        i.yaml:4:27: error[connection-unsupported]: mlbroute_transport "telnet" is not supported
                    mlbroute_transport: telnet
                                        ^ hint: supported: auto, ssh2, openssh
      `,
    ],
    [
      'arguments that are no arguments',
      yaml`
        all:
          hosts:
            n1:
              ansible_ssh_common_args: "-o 'Port=22"
              ansible_ssh_extra_args: -o Port
              ansible_ssh_args: -i
      `,
      yaml`
        i.yaml:4:32: error[ssh-arguments]: cannot split "-o 'Port=22": a ' is not closed
                    ansible_ssh_common_args: "-o 'Port=22"
                                             ^
        i.yaml:5:31: error[ssh-arguments]: "-o Port" is not an option with a value
                    ansible_ssh_extra_args: -o Port
                                            ^ hint: write -o Name=value
        i.yaml:6:25: error[ssh-arguments]: the option -i has no value
                    ansible_ssh_args: -i
                                      ^
      `,
    ],
    [
      'values ssh does not know',
      yaml`
        all:
          hosts:
            n1:
              ansible_ssh_common_args: -o StrictHostKeyChecking=maybe -o IdentitiesOnly=1 -o Port=ssh
              ansible_ssh_timeout: 0
      `,
      yaml`
        i.yaml:4:32: error[connection-range]: "ssh" is not a whole number from 1 to 65535
                    ansible_ssh_common_args: -o StrictHostKeyChecking=maybe -o IdentitiesOnly=1 -o Port=ssh
                                             ^
        i.yaml:4:32: error[ssh-option]: "1" is not a value of the ssh option IdentitiesOnly
                    ansible_ssh_common_args: -o StrictHostKeyChecking=maybe -o IdentitiesOnly=1 -o Port=ssh
                                             ^ hint: write one of yes, no
        i.yaml:4:32: error[ssh-option]: "maybe" is not a value of the ssh option StrictHostKeyChecking
                    ansible_ssh_common_args: -o StrictHostKeyChecking=maybe -o IdentitiesOnly=1 -o Port=ssh
                                             ^ hint: write one of yes, ask, accept-new, no, off
        i.yaml:5:28: error[connection-range]: "0" is not a whole number from 1 to 86400
                    ansible_ssh_timeout: 0
                                         ^
      `,
    ],
    [
      'ways to connect and to become root that are not supported',
      yaml`
        all:
          hosts:
            n1:
              ansible_connection: local
              ansible_become: true
              ansible_become_method: su
              ansible_become_flags: -i
              ansible_ssh_executable: /opt/ssh
      `,
      yaml`
        i.yaml:4:27: error[connection-unsupported]: ansible_connection "local" is not supported
                    ansible_connection: local
                                        ^ hint: supported: ssh, smart, ansible.builtin.ssh
        i.yaml:6:30: error[connection-unsupported]: ansible_become_method "su" is not supported
                    ansible_become_method: su
                                           ^ hint: supported: sudo, ansible.builtin.sudo
        i.yaml:7:29: error[connection-unsupported]: ansible_become_flags "-i" is not supported
                    ansible_become_flags: -i
                                          ^ hint: supported: -H -S -n, -H -S, -H -n, -S -n, -H, -S, -n
        i.yaml:8:31: error[connection-unsupported]: ansible_ssh_executable "/opt/ssh" is not supported
                    ansible_ssh_executable: /opt/ssh
                                            ^ hint: supported: ssh, /usr/bin/ssh
      `,
    ],
    [
      'a port out of range',
      yaml`
        all:
          hosts:
            n1:
              ansible_port: 70000
      `,
      yaml`
        i.yaml:4:21: error[connection-range]: "70000" is not a whole number from 1 to 65535
                    ansible_port: 70000
                                  ^
      `,
    ],
    [
      'two aliases that differ',
      yaml`
        all:
          hosts:
            n1:
              ansible_ssh_user: root
              ansible_user: admin
      `,
      yaml`
        i.yaml:4:25: error[connection-alias]: ansible_ssh_user and ansible_user mean the same and have different values
                    ansible_ssh_user: root
                                      ^ hint: keep ansible_user
      `,
    ],
    [
      'values of the wrong type',
      yaml`
        all:
          hosts:
            n1:
              ansible_host: [10.0.0.1]
              ansible_become: maybe
              ansible_private_key_file: 5
              ansible_password: 0123
      `,
      yaml`
        i.yaml:4:21: error[connection-type]: ansible_host must be one value, not a list or a mapping
                    ansible_host: [10.0.0.1]
                                  ^
        i.yaml:5:23: error[connection-type]: ansible_become must be true or false
                    ansible_become: maybe
                                    ^
        i.yaml:6:33: error[connection-type]: ansible_private_key_file must be text
                    ansible_private_key_file: 5
                                              ^ hint: write the value in quotes
        i.yaml:7:25: error[connection-type]: ansible_password must be text
                    ansible_password: ****
                                      ^ hint: write the value in quotes
      `,
    ],
    [
      'the home of another user',
      yaml`
        all:
          hosts:
            n1:
              ansible_private_key_file: ~bob/key
      `,
      yaml`
        i.yaml:4:33: error[connection-path]: "~bob/key": the home of another user is not known here
                    ansible_private_key_file: ~bob/key
                                              ^ hint: write the path in full
      `,
    ],
  ])('%s', (_, text, expected) => {
    const made = connect(text);
    expect(made.ok ? 'no error' : `${printed(made.error, text)}\n`).toBe(expected);
  });
});

describe('The list of connection variables', () => {
  it('has every variable that is read, so that each is expanded before', () => {
    const read = new Set<string>();
    const values = new Proxy<{ [name: string]: Json }>(
      { ansible_become: true },
      {
        getOwnPropertyDescriptor: (target, name) => {
          read.add(String(name));
          return Reflect.getOwnPropertyDescriptor(target, name);
        },
        get: (target, name) => {
          read.add(String(name));
          return Reflect.get(target, name);
        },
      },
    );
    const [host] = inventoryOf('all: { hosts: { n1: } }\n').hosts;
    if (host === undefined) throw new Error('the inventory has a host');
    connectionOf(host.name, { values, locate: () => null, locateKey: () => null }, defaults);
    expect([...read].sort()).toEqual([...connectionVariableNames].sort());
  });
});
