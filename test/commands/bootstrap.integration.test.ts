import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BootstrapOptions, bootstrap } from '../../src/commands/bootstrap.ts';
import type { Io } from '../../src/commands/io.ts';
import { makeKey, type Sshd, startSshd } from '../transport/sshd.ts';
import { runWith } from './test-io.ts';

const people = ['ann', 'bob', 'eve', 'joe'];
let sshd: Sshd;
let elsewhere: Sshd;
beforeAll(async () => {
  const accounts = people.map((name) => ({ name, password: `of ${name[0]}`, shell: '/bin/sh' }));
  accounts.push({ name: 'ann2', password: 'of a', shell: '/bin/sh' });
  sshd = await startSshd({
    accounts,
    config: ['AuthorizedKeysFile .ssh/authorized_keys'],
    sudoers: ['Defaults timestamp_timeout=0', ...accounts.map(({ name }) => `${name} ALL=(ALL) ALL`)],
    hostKeyTypes: ['ed25519', 'ecdsa'],
    hasSystemd: true,
  });
  elsewhere = await startSshd({ accounts: [{ name: 'ann', password: 'of a', shell: '/bin/sh' }] });
});
afterAll(async () => {
  await sshd.stop();
  await elsewhere.stop();
});

/** A home of the operator without anything but a key. */
let home: string;
let homes = 0;
let usualHome: string | undefined;
beforeEach(() => {
  homes += 1;
  home = join(sshd.directory, `operator${homes}`);
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  makeKey(join(home, '.ssh/id_ed25519'), 'ed25519');
  usualHome = process.env.HOME;
  process.env.HOME = home;
});
afterEach(() => {
  process.env.HOME = usualHome;
  for (const name of [...people, 'ann2']) rmSync(homeOf(name, '.ssh'), { recursive: true, force: true });
  for (const name of readdirSync(join(sshd.directory, 'sudoers.d'))) rmSync(join(sshd.directory, 'sudoers.d', name));
});

const homeOf = (name: string, path: string) => join(sshd.directory, `home_${name}`, path);
const knownHosts = () => readIfThere(join(home, '.ssh/known_hosts'));
const publicKey = () => readFileSync(join(home, '.ssh/id_ed25519.pub'), 'utf8');
const readIfThere = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const count = (text: string, part: string) => text.split(part).length - 1;

/** An operator at a terminal who answers questions by what they begin with; what is not foreseen is a mistake. */
function atTerminal(answers: { readonly [beginning: string]: string | boolean }) {
  const asked: string[] = [];
  const answer = (question: string) => {
    asked.push(question);
    const beginning = Object.keys(answers).find((each) => question.startsWith(each));
    if (beginning === undefined) throw new Error(`nobody foresaw the question: ${question}`);
    return answers[beginning];
  };
  const io: Partial<Io> = {
    isInputTty: true,
    confirm: async (question) => answer(question) === true,
    askSecret: async (question) => String(answer(question)),
  };
  return { io, asked };
}

/** Bootstraps hosts n1, n2, … with these variables each. */
function bootstrapHosts(hosts: readonly object[], wish: Partial<BootstrapOptions> = {}, io: Partial<Io> = {}) {
  const inventory = join(home, 'inventory.json');
  const usual = {
    ...{ ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_ssh_args: '-F none', networks: [] },
    ansible_ssh_common_args: `-o UserKnownHostsFile=${home}/.ssh/known_hosts`,
    mlbroute_transport: 'ssh2',
    // ssh itself knows no other home than that of the password file.
    ansible_ssh_private_key_file: join(home, '.ssh/id_ed25519'),
  };
  const named = hosts.map((vars, index) => [`n${index + 1}`, { ...usual, ...vars }]);
  writeFileSync(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(named) } }));
  const options: BootstrapOptions = {
    ...{ inventory: [inventory], limit: null, forks: 8, acceptNew: false, askBecomePass: false },
    ...{ output: 'text', progress: false, yes: false, diff: false, confirmTimeoutS: 60, serial: [], maxFail: null },
    ...{ hostKeys: null, install: false, sudoers: false },
    ...wish,
  };
  return runWith(bootstrap, options, io);
}

const ann = { ansible_user: 'ann' };
const ann2 = { ansible_user: 'ann2' };
const becoming = { ansible_become: true };

describe.each(['ssh2', 'openssh'])('bootstrap over %s', (transport) => {
  const over = { mlbroute_transport: transport };

  it('asks each question once for all hosts, and nothing the second time', async () => {
    const hosts = [
      { ...ann, ...becoming, ...over },
      { ...ann2, ...becoming, ...over },
    ];
    const { io, asked } = atTerminal({ 'Trust this key': true, 'Password of ssh': 'of a', 'Password of sudo': 'of a' });
    const first = await bootstrapHosts(hosts, { sudoers: true }, io);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(asked).toEqual([
      'Trust this key?',
      'Password of ssh, for hosts that know no key of yours',
      'Password of sudo',
    ]);
    const pinned = knownHosts();
    expect(first.stderr).toMatch(/^ {2}\[127\.0\.0\.1\]:\d+ {2}ssh-ed25519 {2}SHA256:/m);
    expect(readFileSync(sshd.knownHostsFile, 'utf8')).toContain(pinned.trim().split(' ').slice(0, 3).join(' '));
    expect(count(pinned, '\n')).toBe(1);
    for (const name of ['ann', 'ann2']) {
      expect(readFileSync(homeOf(name, '.ssh/authorized_keys'), 'utf8')).toBe(publicKey());
      expect(readFileSync(join(sshd.directory, `sudoers.d/zz-mlbroute-${name}`), 'utf8')).toContain(
        `${name} ALL=(root) NOPASSWD: /bin/sh, /usr/bin/sh`,
      );
    }
    expect(`${first.stdout}${first.stderr}`).not.toContain('of a');
    expect(first.stderr).toContain('n1: a key of yours may log in as ann\n');
    expect(first.stderr).toContain('n2: ann2 may run sh as root without a password\n');

    const before = sshd.log();
    const second = await bootstrapHosts(hosts, { sudoers: true });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stderr).toContain('2 unchanged');
    const log = sshd.log().slice(before.length);
    expect(count(log, 'Accepted publickey')).toBe(2);
    expect(count(log, 'Starting session: command')).toBe(2);
  });

  it('pins nothing that nobody agreed to, and logs in nowhere', async () => {
    const before = count(sshd.log(), 'Failed password');
    const { io } = atTerminal({ 'Trust this key': false });
    const refused = await bootstrapHosts([{ ...ann, ...over }], {}, io);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/unreachable +n1: nobody agreed to the key of \[127\.0\.0\.1\]:/);
    const unattended = await bootstrapHosts([{ ...ann, ...over }]);
    expect(unattended.exitCode).toBe(1);
    const hint = transport === 'ssh2' ? 'pin it with --accept-new' : 'Host key verification failed';
    expect(unattended.stderr.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`${hint}|host key is known for`));
    expect(knownHosts()).toBe('');
    expect(count(sshd.log(), 'Failed password')).toBe(before);
  });

  it('takes the keys of a file without a question, and no others', async () => {
    const [right = ''] = readFileSync(sshd.knownHostsFile, 'utf8').split('\n');
    const file = join(home, 'keys');
    const given = { hostKeys: file, connectionPasswordFile: join(home, 'password') };
    writeFileSync(join(home, 'password'), 'of a\n');
    makeKey(join(home, 'other'), 'ed25519');
    const other = readFileSync(join(home, 'other.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    writeFileSync(file, `${right.split(' ')[0]} ${other}\n`);
    const changed = await bootstrapHosts([{ ...ann, ...over }], given);
    expect(changed.exitCode).toBe(1);
    expect(changed.stderr.replaceAll(/\s+/g, ' ')).toContain('and the file of --host-keys HAS ANOTHER');
    writeFileSync(file, `other.example.com ${other}\n`);
    const unknown = await bootstrapHosts([{ ...ann, ...over }], { ...given, install: true, sudoers: true });
    expect(unknown.stderr.replaceAll(/\s+/g, ' ')).toContain('and the file of --host-keys has none for it');
    expect(unknown.stderr).toMatch(
      new RegExp(`^Next: mlbroute bootstrap --host-keys ${file} --install --sudoers -i `, 'm'),
    );
    expect(knownHosts()).toBe('');
    expect(existsSync(homeOf('ann', '.ssh'))).toBe(false);
    writeFileSync(file, `${right}\n`);
    const known = { ...becoming, ansible_become_password: 'of a' };
    const fine = await bootstrapHosts([{ ...ann, ...over, ...known }], given);
    expect(fine.exitCode, fine.stderr).toBe(0);
    expect(knownHosts().trim()).toBe(right.split(' ').slice(0, 3).join(' '));
  });
});

describe('a first contact', () => {
  it('says which file of host keys has none', async () => {
    const missing = await bootstrapHosts([ann], { hostKeys: join(home, 'nowhere') });
    expect(missing.exitCode).toBe(65);
    expect(missing.stderr).toContain(`${home}/nowhere has no host key, or is not there`);
    const folder = await bootstrapHosts([ann], { hostKeys: home });
    expect(folder.exitCode).toBe(65);
    expect(folder.stderr).toContain('EISDIR');
  });

  it('tries a wrong password once, and names the host', async () => {
    const before = count(sshd.log(), 'Failed password for eve');
    const { io } = atTerminal({ 'Trust this key': true, 'Password of ssh': 'wrong one' });
    const ran = await bootstrapHosts([{ ansible_user: 'eve' }], {}, io);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(/unreachable +n1: eve could not log in/);
    expect(count(sshd.log(), 'Failed password for eve')).toBe(before + 1);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('wrong one');
  });

  it('says what is missing where nobody can be asked for a password', async () => {
    const ran = await bootstrapHosts([ann], { acceptNew: true });
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr.replaceAll(/\s+/g, ' ')).toContain('no password set');
    expect(existsSync(homeOf('ann', '.ssh'))).toBe(false);
  });

  it('says how to make a key where there is none to install', async () => {
    rmSync(join(home, '.ssh/id_ed25519'));
    const { io } = atTerminal({ 'Password of ssh': 'of a' });
    const ran = await bootstrapHosts([ann], { acceptNew: true }, io);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr.replaceAll(/\s+/g, ' ')).toMatch(/there is no key of yours to install.*ssh-keygen -t ed25519/);
  });

  it('tells of an sshd that does not take the key it was given', async () => {
    const { io } = atTerminal({ 'Password of ssh': 'of a' });
    const ran = await bootstrapHosts([{ ...ann, ansible_port: elsewhere.port }], { acceptNew: true }, io);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr.replaceAll(/\s+/g, ' ')).toContain('sshd does not take it: ann could not log in');
    expect(ran.stderr.replaceAll(/\s+/g, ' ')).toContain('see AuthorizedKeysFile in its sshd_config');
  });

  it('asks for the password of sudo where no file shall spare it, and writes none', async () => {
    const password = join(home, 'password');
    writeFileSync(password, 'of b\n');
    const { io, asked } = atTerminal({ 'Password of sudo': 'of b' });
    const given = { acceptNew: true, connectionPasswordFile: password };
    const ran = await bootstrapHosts([{ ansible_user: 'bob', ...becoming }], given, io);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(asked).toEqual(['Password of sudo']);
    expect(readdirSync(join(sshd.directory, 'sudoers.d'))).toEqual([]);
  });

  it('minds no error that was in sudoers before', async () => {
    const broken = join(sshd.directory, 'sudoers.d/broken');
    writeFileSync(broken, 'nonsense here\n', { mode: 0o440 });
    const given = { acceptNew: true, sudoers: true, connectionPasswordFile: join(home, 'password') };
    writeFileSync(given.connectionPasswordFile, 'of j\n');
    const { io } = atTerminal({ 'Password of sudo': 'of j' });
    const ran = await bootstrapHosts([{ ansible_user: 'joe', ...becoming }], given, io);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('n1: joe may run sh as root without a password\n');
    expect(readdirSync(join(sshd.directory, 'sudoers.d')).sort()).toEqual(['broken', 'zz-mlbroute-joe']);
  });

  it('tells of a sudo that asks all the same', async () => {
    writeFileSync(join(sshd.directory, 'sudoers.d/zzz-later'), 'joe ALL=(ALL) PASSWD: ALL\n', { mode: 0o440 });
    const given = { acceptNew: true, sudoers: true, connectionPasswordFile: join(home, 'password') };
    writeFileSync(given.connectionPasswordFile, 'of j\n');
    const { io } = atTerminal({ 'Password of sudo': 'of j' });
    const ran = await bootstrapHosts([{ ansible_user: 'joe', ...becoming }], given, io);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toMatch(/^failed +n1: a rule for it is in \/etc\/sudoers\.d, and yet sudo wants a password/m);
  });

  it('reaches a new host behind a new jump host, key by key', async () => {
    const config = join(home, 'ssh_config');
    const block = (name: string, server: Sshd, user: string) =>
      `Host ${name}\nHostName 127.0.0.1\nPort ${server.port}\nUser ${user}\nUserKnownHostsFile ${home}/.ssh/known_hosts\n`;
    const way = `IdentityFile ${elsewhere.keyFile}\n`;
    writeFileSync(
      config,
      `${block('bastion', elsewhere, 'root')}${way}${block('far', sshd, 'ann')}ProxyJump bastion\n`,
    );
    const host = {
      ...ann,
      ...becoming,
      ansible_become_password: 'of a',
      ansible_host: 'far',
      ansible_ssh_args: `-F ${config}`,
      ansible_ssh_common_args: '',
    };
    const { io, asked } = atTerminal({ 'Trust this key': true, 'Password of ssh': 'of a' });
    const ran = await bootstrapHosts([host], {}, io);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(asked.filter((question) => question.startsWith('Trust'))).toHaveLength(2);
    expect(count(knownHosts(), '\n')).toBe(2);
    expect(readFileSync(homeOf('ann', '.ssh/authorized_keys'), 'utf8')).toBe(publicKey());
  });
});
