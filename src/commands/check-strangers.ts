import { checkUp } from '../deploy/check-up.ts';
import { installPackages } from '../deploy/first-contact.ts';
import { rollOut } from '../deploy/rollout.ts';
import type { Check } from '../domain/check-up.ts';
import type { HostName } from '../domain/host.ts';
import type { Failure, HostOutcome } from '../domain/outcome.ts';
import { formatCheckUps } from '../report/check-up-text.ts';
import { foldHosts } from '../report/fold.ts';
import { groupBy } from '../report/group.ts';
import { checkUpLine } from '../report/ndjson.ts';
import type { Io } from './io.ts';
import type { Guest } from './meet-hosts.ts';
import { loadNodeProgram } from './node-programs.ts';
import type { Contact } from './open-contact.ts';

type Options = { readonly forks: number; readonly install: boolean; readonly output: 'text' | 'json' };

/**
 * Checks up hosts before their first push, installs what is missing where that is wished, and shows what it found. Gives how each ended; null: a push may
 * go on with it.
 */
export async function checkStrangers(
  strangers: readonly Guest[],
  { surroundings }: Contact,
  options: Options,
  io: Io,
): Promise<ReadonlyMap<HostName, HostOutcome | null>> {
  if (strangers.length === 0) return new Map();
  const there = {
    ...surroundings,
    program: await loadNodeProgram('doctor'),
    wallClockS: () => Date.now() / 1000,
    // The push that follows plans anyway.
    lastStep: null,
  };
  const checked = await rollOut(strangers, options.forks, async ({ deployment: { connection }, needs }) => {
    const host = connection.name;
    const before = await checkUp(connection, needs, there);
    const missing = options.install ? [...new Set(before.flatMap(({ packages }) => packages))] : [];
    if (missing.length === 0) return { host, checks: before, installed: '', failure: null };
    const installed = await installPackages(connection, missing, surroundings);
    if (!installed.ok) return { host, checks: before, installed: '', failure: installed.error };
    return { host, checks: await checkUp(connection, needs, there), installed: missing.join(', '), failure: null };
  });
  for (const group of groupBy(checked, ({ installed }) => installed)) {
    const [{ installed }] = group;
    if (installed !== '') io.stderr(`${foldHosts(group.map(({ host }) => host))}: installed ${installed}\n`);
  }
  if (options.output === 'json') for (const { host, checks } of checked) io.stdout(checkUpLine(host, checks));
  else io.stdout(formatCheckUps(checked, { color: io.color, columns: io.resultColumns() }));
  return new Map(
    checked.map(({ host, checks, failure }) => {
      const because = failure ?? troubleIn(checks, options);
      return [host, because === null ? null : { status: 'failed', because }];
    }),
  );
}

/** What stands against a push, as one failure. */
function troubleIn(checks: readonly Check[], { install }: Options): Failure | null {
  const troubles = checks.filter(({ verdict }) => verdict === 'trouble');
  if (troubles.length === 0) return null;
  const hints = troubles.flatMap(({ hint }) => hint ?? []);
  const canInstall = !install && troubles.some(({ packages }) => packages.length > 0);
  const hint = [...hints, ...(canInstall ? ['--install does'] : [])].join('; ');
  return { kind: 'refused', message: troubles.map(({ says }) => says).join('; '), hint: hint === '' ? null : hint };
}
