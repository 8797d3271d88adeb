import { audit } from '../../src/commands/audit.ts';
import type { Io } from '../../src/commands/io.ts';
import type { ConnectionOptions } from '../../src/commands/options.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { type VerifyOptions, verify } from '../../src/commands/verify.ts';
import { type Ran, run } from './test-io.ts';

/** The options that most tests leave as the command line does. */
type Wish = Partial<ConnectionOptions> & { readonly confirmTimeoutS?: number };

/** `mlbroute push --yes`. Its seconds go to the log of the tests. */
export async function pushTo(inventory: string, wish: Wish = {}): Promise<Ran> {
  const began = performance.now();
  const ran = await run(push, { ...rollout(inventory, wish), planFile: null, retry: null });
  process.stderr.write(`push: exit ${ran.exitCode} after ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  return ran;
}

/** `mlbroute remove --yes`. */
export const removeFrom = (inventory: string, wish: Wish = {}) => run(remove, rollout(inventory, wish));

/** `mlbroute audit`. */
export const auditOf = (inventory: string, wish: Wish = {}) => ask(audit, inventory, wish);

/** `mlbroute verify`. */
export const verifyOf = (inventory: string, wish: Wish = {}, fromHere: VerifyOptions['fromHere'] = []) =>
  run(verify, { ...connection(inventory, wish), fromHere });

function ask(command: (options: ConnectionOptions, io: Io) => Promise<number>, inventory: string, wish: Wish) {
  return run(command, connection(inventory, wish));
}

function rollout(inventory: string, wish: Wish) {
  return {
    ...connection(inventory, wish),
    ...{ yes: true, check: false, diff: false, serial: [], maxFail: null },
    confirmTimeoutS: wish.confirmTimeoutS ?? 60,
  };
}

function connection(inventory: string, wish: Wish): ConnectionOptions {
  return {
    inventory: [inventory],
    limit: wish.limit ?? null,
    forks: wish.forks ?? 50,
    acceptNew: wish.acceptNew ?? false,
    askBecomePass: wish.askBecomePass ?? false,
    output: wish.output ?? 'text',
    progress: wish.progress ?? true,
    ...(wish.playbook === undefined ? {} : { playbook: wish.playbook }),
  };
}
