import { audit } from '../../src/commands/audit.ts';
import type { Io } from '../../src/commands/io.ts';
import type { ConnectionOptions } from '../../src/commands/options.ts';
import { push } from '../../src/commands/push.ts';
import { readHosts } from '../../src/commands/read-hosts.ts';
import { remove } from '../../src/commands/remove.ts';
import { type VerifyOptions, verify } from '../../src/commands/verify.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { Observed } from '../../src/domain/observed.ts';
import { silentIo } from '../../src/library/silent-io.ts';
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

/** What a look shows of every host of the lab: by name what is desired and what was seen. */
export async function seenOf(
  inventory: string,
): Promise<ReadonlyMap<string, { readonly desired: DesiredState; readonly observed: Observed }>> {
  const { io, said } = silentIo();
  const reading = await readHosts('audit', connection(inventory, {}), io);
  if (reading === null || reading.ended.length > 0) throw new Error(said());
  return new Map(
    reading.seen.map(({ deployment, prepared: { manifest }, observed }) => {
      if (manifest === null) throw new Error('nothing is desired');
      return [deployment.connection.name, { desired: manifest.desired, observed }];
    }),
  );
}

/** `mlbroute verify`. */
export const verifyOf = (
  inventory: string,
  wish: Wish = {},
  { fromHere = [], reboot }: Partial<Pick<VerifyOptions, 'fromHere' | 'reboot'>> = {},
) => run(verify, { ...connection(inventory, wish), fromHere, ...(reboot === undefined ? {} : { reboot }) });

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
    ...(wish.force === undefined ? {} : { force: wish.force }),
    ...(wish.playbook === undefined ? {} : { playbook: wish.playbook }),
  };
}
