import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planOf, pushUnmeasured } from '../contenders/mlbroute.ts';
import type { BenchFleet } from '../fleet/start-fleet.ts';
import { type Recording, tokenMark } from './recording.ts';

/** What the first host of a new fleet says before a push, in it and after it, by the program that a push sends. The push is made. */
export async function recordHost(fleet: BenchFleet, root: string): Promise<Recording> {
  const program = readFileSync(join(root, 'node/observe.sh'), 'utf8');
  const [command = '', ...args] = [...fleet.onHost('n1'), 'sh'];
  const ask = (boot: string) =>
    execFileSync(command, args, {
      input: `{ token='${tokenMark}' history='' boot='${boot}' ipv6='' sysctls='' files='' tables='' modules='' units=''\n${program}\n} </dev/null\n`,
      encoding: 'utf8',
    });
  const newLook = ask('');
  const steps = planOf(fleet, root).runtime.map(({ sign, words }) => `${sign} ${words}`);
  await pushUnmeasured(fleet, root);
  return { newLook, look: ask(''), audit: ask('yes'), steps };
}
