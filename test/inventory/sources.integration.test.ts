import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  inventoryGraph,
  inventoryHost,
  inventoryHosts,
  inventoryList,
  inventoryVar,
} from '../../src/commands/inventory.ts';
import type { Io } from '../../src/commands/io.ts';
import type { InventoryOptions } from '../../src/commands/options.ts';
import { type RenderOptions, render } from '../../src/commands/render.ts';
import { type Ran, run } from '../commands/test-io.ts';
import { withFiles } from './ansible.ts';
import { yaml } from './printed.ts';

const execute = promisify(execFile);

/** Runs a command on files; `FOLDER` in options and output stands for their folder. */
async function on<Options extends InventoryOptions>(
  files: { readonly [path: string]: string },
  command: (options: Options, io: Io) => Promise<number>,
  options: Options,
): Promise<Ran> {
  return withFiles(files, async (folder) => {
    const ran = await run(command, JSON.parse(JSON.stringify(options).replaceAll('FOLDER', folder)));
    return { ...ran, stdout: ran.stdout.replaceAll(folder, 'FOLDER'), stderr: ran.stderr.replaceAll(folder, 'FOLDER') };
  });
}

const all = { inventory: ['FOLDER/hosts'], limit: null };

/** A script that prints this for --list. */
function script(output: string): string {
  return `#!/bin/sh\n[ "$*" = --list ] || exit 9\ncat <<'EOF'\n${output}\nEOF\n`;
}

describe('An executable inventory', () => {
  it('is run once, with --list, beside other sources', async () => {
    const output =
      '{"_meta": {"hostvars": {"n1": {"v": 1}}}, "web": {"hosts": ["n1", "n[1:2]"], "vars": {"w": "{{ v }}"}}}';
    const files = { 'hosts*': script(output.replace(', "n[1:2]"', '')), 'group_vars/web.yml': 'w: 2\n' };
    const { exitCode, stdout } = await on(files, inventoryHost, { ...all, host: 'n1' });
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { v: 1, w: 2 }]);
  });

  it.each([
    [
      'that fails',
      '#!/bin/sh\necho out; echo no cloud >&2; exit 3\n',
      'error[inventory-file]: FOLDER/hosts --list ended with exit code 3: no cloud',
    ],
    [
      'that has no interpreter',
      '#!/no/such\n',
      'error[inventory-file]: inventory FOLDER/hosts cannot be run: there is no such file',
    ],
    ['that prints no JSON', script('hello'), 'FOLDER/hosts:1:1: error[json-syntax]: a JSON value should stand here'],
    [
      'that prints half of it',
      script('{"web": {"hosts": ["n1"]'),
      'FOLDER/hosts:2:1: error[json-syntax]: "," or "}" should stand here',
    ],
    [
      'that has hosts but not their variables',
      script('{"web": ["n1"]}'),
      'FOLDER/hosts:1:1: error[script-meta]: the variables of the hosts are missing: there is no _meta.hostvars',
    ],
    [
      'that has a group of an unknown form',
      script('{"_meta": {"hostvars": {}}, "n1": {"ansible_host": "h"}}'),
      'FOLDER/hosts:1:35: error[group-shape]: group "n1" has neither hosts, vars nor children',
    ],
    [
      'that has a pattern for a host',
      script('{"_meta": {"hostvars": {}}, "web": ["n*"]}'),
      'FOLDER/hosts:1:37: error[host-pattern]: "n*" is not a host name',
    ],
  ])('%s ends with exit code 65', async (_, text, message) => {
    const { exitCode, stdout, stderr } = await on({ 'hosts*': text }, inventoryList, all);
    expect({ exitCode, stdout, line: stderr.split('\n')[0] }).toEqual({ exitCode: 65, stdout: '', line: message });
  });
});

describe('A value of ansible-vault', () => {
  async function encrypted(plaintext: string): Promise<string> {
    return withFiles({ pw: 'opensesame\n', plain: plaintext }, async (folder) => {
      await execute('ansible-vault', ['encrypt', '--vault-password-file', join(folder, 'pw'), join(folder, 'plain')]);
      return readFile(join(folder, 'plain'), 'utf8');
    });
  }
  const tagged = (name: string, ciphertext: string) =>
    `${name}: !vault |\n${ciphertext.replaceAll(/^/gm, '  ').trimEnd()}\n`;
  const options: RenderOptions = { ...all, out: 'FOLDER/out' };
  const withPassword = { ...options, vaultPasswordFile: 'FOLDER/pw' };
  const hosts = '[web]\nn1\nn2\n';

  it('is decrypted where it is needed, and shown nowhere', async () => {
    const files = {
      hosts,
      pw: 'opensesame\n',
      'group_vars/web/port.yml': tagged('ansible_port', await encrypted('not-a-port')),
      // Of somebody else, with another password.
      'group_vars/web/other.yml': 'other: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6231\n',
    };
    const { exitCode, stdout, stderr } = await on(files, render, withPassword);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 65,
      stdout: '',
      stderr: yaml`
        FOLDER/group_vars/web/port.yml:1:22: error[connection-range]: "********" is not a whole number from 1 to 65535
              ansible_port: !vault |
                                   ^
        1 error
      `,
    });
    const env = (command: typeof render) => (given: RenderOptions, io: Io) =>
      command(given, { ...io, env: { ANSIBLE_VAULT_PASSWORD_FILE: given.out.replace(/out$/, 'pw') } });
    expect((await on(files, env(render), options)).stderr).toBe(stderr);
    expect((await on(files, inventoryList, { ...all, vaultPasswordFile: 'FOLDER/pw' })).stdout).not.toMatch(
      /not-a-port|ANSIBLE_VAULT/,
    );
  });

  it('is an error with a hint where there is no password, or a wrong one, once for all hosts', async () => {
    const secret = await encrypted('22');
    const files = { hosts, pw: 'wrong\n', 'group_vars/web.yml': tagged('ansible_port', secret) };
    expect((await on(files, render, options)).stderr).toBe(yaml`
      FOLDER/group_vars/web.yml:1:22: error[vault]: encrypted with ansible-vault, and no password file is given
            ansible_port: !vault |
                                 ^ hint: give --vault-password-file FILE, or set ANSIBLE_VAULT_PASSWORD_FILE
      1 error
    `);
    const { stderr } = await on(files, render, withPassword);
    expect(stderr).toContain('error[vault]: ansible-vault cannot decrypt it: Decryption failed');
    expect(stderr).toContain('hint: is FOLDER/pw the right password file?\n1 error\n');
  });

  it('may be a whole file, of which no line is ever shown', async () => {
    const files = {
      hosts,
      pw: 'opensesame\n',
      'group_vars/web.yml': await encrypted('ansible_port: 2222\ntoken: abc\n'),
    };
    const shown = await on(files, inventoryHost, { ...all, vaultPasswordFile: 'FOLDER/pw', host: 'n1' });
    expect(JSON.parse(shown.stdout)).toEqual({ ansible_port: '********', token: '********' });
    const broken = { ...files, 'group_vars/web.yml': await encrypted('ansible_port: high-port\n') };
    expect((await on(broken, render, withPassword)).stderr).toBe(
      'FOLDER/group_vars/web.yml:1:15: error[connection-range]: "********" is not a whole number from 1 to 65535\n1 error\n',
    );
  });
});

describe('A fault in a variable that hosts share', () => {
  const shared =
    'all:\n  vars:\n    networks: [{ name: a, pools: [192.0.2.0/24], link: { device: "{{ uplnik }}" } }]\n  hosts:\n';

  it('is told once, with the hosts it hits', async () => {
    const hosts = `${shared}    node[01:47]:\n    lone: { uplnik: eth0 }\n`;
    const { exitCode, stderr } = await on({ 'hosts.yml': hosts }, render, {
      inventory: ['FOLDER/hosts.yml'],
      limit: null,
      out: 'FOLDER/out',
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 65,
      stderr: yaml`
        FOLDER/hosts.yml:3:67: error[undefined-variable]: variable "uplnik" is not defined (for node[01-47])
                  networks: [{ name: a, pools: [192.0.2.0/24], link: { device: "{{ uplnik }}" } }]
                                                                                ^ hint: set it for the host or for one of its groups
        1 error
      `,
    });
  });

  it('names no hosts where all have it and none has a value of its own', async () => {
    const hosts =
      'all:\n  vars: { networks: [{ name: a, pools: [192.0.2.0/24], link: { device: eth0/1 } }] }\n  hosts: { "n[1:9]": }\n';
    const { stderr } = await on({ 'hosts.yml': hosts }, render, {
      inventory: ['FOLDER/hosts.yml'],
      limit: null,
      out: 'FOLDER/out',
    });
    expect(stderr.split('\n')[0]).toMatch(/^FOLDER\/hosts\.yml:2:\d+: error\[interface-name\]: [^()]*$/);
  });
});

describe('mlbroute inventory', () => {
  const files = {
    hosts: '[web]\nn[1:2] ansible_password=a\n[db]\nn2\n[prod:children]\nweb\ndb\n[web:vars]\nv={{ w }}\n',
    'host_vars/n2.yml': 'v: 2\nadmin: { token: t, user: u }\n',
  };

  it.each<[string, (options: InventoryOptions, io: Io) => Promise<number>, string]>([
    [
      'list',
      inventoryList,
      JSON.stringify(
        {
          _meta: {
            hostvars: {
              n1: { v: '{{ w }}', ansible_password: '********' },
              n2: { v: 2, ansible_password: '********', admin: { token: '********', user: 'u' } },
            },
          },
          all: { children: ['ungrouped', 'prod'] },
          web: { hosts: ['n1', 'n2'] },
          db: { hosts: ['n2'] },
          prod: { children: ['web', 'db'] },
        },
        null,
        2,
      ),
    ],
    [
      'graph',
      (options, io) => inventoryGraph({ ...options, group: 'prod' }, io),
      '@prod:\n  |--@web:\n  |  |--n1\n  |  |--n2\n  |--@db:\n  |  |--n2',
    ],
    ['hosts', (options, io) => inventoryHosts({ ...options, limit: 'web:!db' }, io), 'n1'],
    [
      'var',
      (options, io) => inventoryVar({ ...options, extraVars: ['w=x'], name: 'v', host: 'n2' }, io),
      '  group web        FOLDER/hosts:9:3             "{{ w }}" = "x"\n→ host_vars of n2  FOLDER/host_vars/n2.yml:1:4  2',
    ],
  ])('%s', async (_, command, stdout) => {
    expect(await on(files, command, all)).toEqual({ exitCode: 0, stdout: `${stdout}\n`, stderr: '' });
  });

  it.each<[string, (options: InventoryOptions, io: Io) => Promise<number>, string]>([
    [
      'graph',
      (options, io) => inventoryGraph({ ...options, group: 'prd' }, io),
      'error[unknown-group]: there is no group "prd" in the inventory\n      hint: did you mean "prod"?\n1 error\n',
    ],
    [
      'host',
      (options, io) => inventoryHost({ ...options, host: 'n3' }, io),
      'error[unknown-host]: there is no host "n3" in the inventory\n      hint: did you mean "n1"?\n1 error\n',
    ],
    [
      'hosts',
      (options, io) => inventoryHosts({ ...options, limit: '@FOLDER/gone' }, io),
      'error[limit-file]: limit file FOLDER/gone cannot be read: there is no such file\n1 error\n',
    ],
    [
      'var',
      (options, io) => inventoryVar({ ...options, name: 'nothing', host: 'n2' }, io),
      'error[undefined-variable]: variable "nothing" is not defined for n2\n1 error\n',
    ],
  ])('%s of something that is not there ends with exit code 65', async (_, command, stderr) => {
    expect(await on(files, command, all)).toEqual({
      exitCode: 65,
      stdout: '',
      stderr,
    });
  });

  it('hosts takes a limit from a file', async () => {
    const limit = '# of last week\nn2\n\n';
    const ran = await on(
      { ...files, limit },
      (options: InventoryOptions, io) =>
        inventoryHosts({ ...options, limit: `@${options.inventory[0]?.replace(/hosts$/, 'limit')}` }, io),
      all,
    );
    expect(ran).toEqual({ exitCode: 0, stdout: 'n2\n', stderr: '' });
  });
});
