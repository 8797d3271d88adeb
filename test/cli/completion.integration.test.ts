import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shells } from '../../src/domain/completion.ts';
import { buildProgram } from '../commands/fleet.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  buildProgram();
  directory = mkdtempSync(join(tmpdir(), 'mlbroute-completion-'));
  mkdirSync(join(directory, 'bin'));
  symlinkSync(join(root, 'dist/cli.js'), join(directory, 'bin/mlbroute'));
  writeFileSync(join(directory, 'prod.ini'), '[workers]\nnode-a\nnode-b\n[gateways]\nedge:22\n');
  writeFileSync(join(directory, 'prod.plan'), '');
  const ran = join(directory, 'ran');
  writeFileSync(join(directory, 'dynamic'), `#!/bin/sh\ntouch ${ran}\necho '{}'\n`);
  chmodSync(join(directory, 'dynamic'), 0o755);
  writeFileSync(
    join(directory, 'site.yaml'),
    '- hosts: all\n  tasks:\n    - sysctl: { name: vm.swappiness, value: 1 }\n      tags: [storage, memory]\n',
  );
  env = {
    ...process.env,
    PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
    HOME: directory,
    TERM: 'xterm',
    NO_COLOR: '1',
  };
  for (const shell of shells)
    writeFileSync(join(directory, `completion.${shell}`), run('mlbroute', ['completion', shell]));
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', env, cwd: directory, timeout: 30_000 });

/** What each shell would put in place of the word at the end of a line; bash only what follows the last : or = there. */
const complete = {
  bash: (line: string) =>
    run('bash', [
      '--norc',
      '-c',
      // compopt works only while a key completes.
      `source completion.bash; compopt() { :; }
       COMP_LINE=$1 COMP_POINT=\${#1}; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _mlbroute; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      line,
      ...bashWords(line),
    ]),
  fish: (line: string) => run('fish', ['--no-config', '-c', 'source completion.fish; complete -C $argv[1]', line]),
  /** What zsh shows, up to a text that is there at the end. */
  zsh: (line: string, until: string) =>
    run('zsh', [
      '-f',
      '-c',
      // A terminal of its own, in which a key lists what there is.
      `zmodload zsh/zpty
       zpty shell zsh -f -i
       zpty -w shell "PS1='>'; stty cols 200 -echo; autoload -Uz compinit; compinit -u -d ${directory}/.zcompdump; source completion.zsh"
       zpty -w shell "LISTMAX=0; zstyle ':completion:*' list-grouped false; bindkey '^T' list-choices; echo ready''now"
       zpty -r shell seen '*readynow*'
       zpty -w -n shell "$1"$'\\x14'
       zpty -r shell seen "*$2*"
       print -r -- $seen`,
      'zsh',
      line,
      until,
    ]),
} as const;

/** As bash cuts a line into COMP_WORDS. */
function bashWords(line: string): readonly string[] {
  const words = line.match(/[:=]+|[^\s:=]+/g) ?? [];
  return /\s$/.test(line) ? [...words, ''] : words;
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('completion in bash', () => {
  it.each([
    ['mlbroute pu', ['push']],
    ['mlbroute lab re', ['reboot']],
    ['mlbroute push --conf', ['--confirm-timeout']],
    ['mlbroute push -i prod.ini -l ', ['node-a', 'node-b', 'edge', 'all', 'ungrouped', 'workers', 'gateways']],
    ['mlbroute push -i prod.ini -l workers:!no', ['!node-a', '!node-b']],
    ['mlbroute push -i prod.ini --limit=wo', ['workers']],
    ['mlbroute push -p site.yaml --tags memory,', ['memory,storage']],
    ['mlbroute push --plan pro', ['prod.ini', 'prod.plan']],
    ['mlbroute push --plan=prod.p', ['prod.plan']],
    ['mlbroute push -e @site', ['@site.yaml']],
  ])('%s', (line, words) => {
    expect(lines(complete.bash(line)).sort()).toEqual([...words].sort());
  });

  it('looks at the word at the cursor only', () => {
    const typed = 'mlbroute pu -i prod.ini';
    const script = `source completion.bash; COMP_LINE='${typed}' COMP_POINT=11 COMP_WORDS=(${typed}) COMP_CWORD=1; _mlbroute; echo "\${COMPREPLY[@]}"`;
    expect(run('bash', ['--norc', '-c', script])).toBe('push\n');
  });
});

describe('completion in fish', () => {
  it.each([
    ['mlbroute pu', ['push']],
    ['mlbroute push --conf', ['--confirm-timeout\tSeconds until a host that was not confirmed puts everything back']],
    ['mlbroute push -i prod.ini -l no', ['node-a', 'node-b']],
    ['mlbroute push -i prod.ini -l workers:no', ['workers:node-a', 'workers:node-b']],
    ['mlbroute push -i prod.ini --limit=wo', ['--limit=workers\tgroup']],
    ['mlbroute push --plan=prod.p', ['--plan=prod.plan']],
    ['mlbroute push -e @site', ['@site.yaml']],
  ])('%s', (line, words) => {
    expect(lines(complete.fish(line)).sort()).toEqual([...words].sort());
  });
});

describe('completion in zsh', () => {
  it('offers what there is, with what it means', () => {
    const ends = {
      'push --conf': '--confirm-timeout  -- Seconds until a host that was not confirmed puts everything back',
      'push -i prod.ini -l ': 'workers  -- group',
      'push -i prod.ini -l workers:no': 'workers:node-b',
      'push --plan=prod.': 'prod.plan',
      'push -e @s': 'site.yaml',
    };
    for (const [line, end] of Object.entries(ends)) expect(complete.zsh(`mlbroute ${line}`, end)).toContain(end);
    expect(complete.zsh('mlbroute push -i prod.ini -l ', 'workers  -- group')).toMatch(
      /edge[\s\S]*node-a[\s\S]*node-b/,
    );
  });
});

describe('what a shell asks', () => {
  it('runs no program of an inventory, and has no words where one cannot be read', () => {
    expect(run('mlbroute', ['__complete', 'push', '-i', './dynamic', '-l', ''])).toBe('words\n');
    expect(run('ls', [])).not.toContain('ran\n');
    expect(run('mlbroute', ['__complete', 'push', '-i', 'absent.yaml', '-l', ''])).toBe('words\n');
    expect(run('mlbroute', ['__complete', 'push', '-p', 'prod.plan', '--tags', ''])).toBe('words\n');
  });
});
