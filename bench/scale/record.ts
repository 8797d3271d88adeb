import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchFleet } from '../fleet/start-fleet.ts';
import { type Recording, tokenMark } from './recording.ts';

/** What the first host of a fleet says to a look and to an audit, by the program that a push sends. */
export function recordHost(fleet: BenchFleet, root: string): Recording {
  const program = readFileSync(join(root, 'node/observe.sh'), 'utf8');
  const [command = '', ...args] = [...fleet.onHost('n1'), 'sh'];
  const ask = (boot: string) =>
    execFileSync(command, args, {
      input: `{ token='${tokenMark}' history='' boot='${boot}' ipv6='' sysctls='' files='' tables='' modules='' units=''\n${program}\n} </dev/null\n`,
      encoding: 'utf8',
    });
  return { look: ask(''), audit: ask('yes') };
}
