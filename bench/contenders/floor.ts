import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostPlan } from '../../src/domain/change.ts';
import { quoteWord } from '../../src/domain/command.ts';
import type { BenchFleet } from '../fleet/start-fleet.ts';
import type { Contender } from './contender.ts';
import { commandsOf, created } from './playbook.ts';

/**
 * The least that has to be done: OpenSSH, 50 at a time, that sends one shell program to each host. It reads what mlbroute reads, by the same
 * program; a changing push also writes the files, runs the commands and reads once more. It plans nothing, judges nothing and undoes nothing.
 */
export function floor(fleet: BenchFleet, root: string, plan: HostPlan): Contender {
  const read = `token=@ history=\n${readFileSync(join(root, 'node/observe.sh'), 'utf8')}`;
  const programs = { read: `${wrap(read)}`, change: `${wrap(read)}${wrap(writesOf(plan))}${wrap(read)}` };
  const path = (name: string) => join(fleet.directory, name);
  writeFileSync(path('read.sh'), programs.read);
  writeFileSync(path('change.sh'), programs.change);
  writeFileSync(path('names'), fleet.names.map((name) => `${name}\n`).join(''));
  mkdirSync(path('answers'), { recursive: true });
  const all = (program: string) => {
    const one = `ssh -F ${fleet.sshConfig} {} sh -s <${path(program)} >${path('answers')}/{} 2>&1 || { tail ${path('answers')}/{} >&2; exit 1; }`;
    return ['sh', '-c', `xargs -P 50 -I{} sh -c ${quoteWord(one)} <${path('names')}`];
  };
  return {
    name: 'floor',
    command: (work) => ({ argv: all(work === 'changing push' ? 'change.sh' : 'read.sh'), env: {} }),
    tidy: () => {},
  };
}

/** Its own standard input must not be the rest of the program. */
function wrap(program: string): string {
  return `{ :; ${program}\n} </dev/null\n`;
}

function writesOf(plan: HostPlan): string {
  const writes = plan.files.map(created).map((file) => {
    const path = quoteWord(file.path);
    const folder = `mkdir -p ${quoteWord(file.path.replace(/\/[^/]*$/, ''))}`;
    if (file.kind === 'symlink') return `${folder}; ln -s ${quoteWord(file.target)} ${path}`;
    return `${folder}; cat >${path} <<'END-OF-FILE'\n${file.content}END-OF-FILE\nchmod ${file.mode} ${path}`;
  });
  return ['(', ...writes, commandsOf(plan), ') || exit 1'].join('\n');
}
