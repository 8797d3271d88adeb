import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { HostName } from '../domain/host.ts';
import { isRecord, parseJson } from '../domain/json.ts';
import type { HostOutcome } from '../domain/outcome.ts';

/** A line of a run's journal; the first is the `run`. */
type JournalEntry =
  | {
      readonly kind: 'run';
      readonly version: 1;
      readonly id: string;
      /** As typed: push, rollback or remove. */
      readonly command: string;
      /** Absolute paths. */
      readonly inventory: readonly string[];
      readonly hosts: readonly HostName[];
      /** As typed; missing: the run was about all of its hosts. */
      readonly shard?: string;
    }
  | { readonly kind: 'start'; readonly host: HostName; readonly transaction: string }
  | { readonly kind: 'end'; readonly host: HostName; readonly outcome: HostOutcome };

/** A run that is being written down. Nothing depends on it but `--retry`. */
export type Journal = { readonly id: string; readonly record: (entry: Exclude<JournalEntry, { kind: 'run' }>) => void };

/** A run as its journal tells it. `unfinished`: hosts that were not seen to be as they should be. */
export type PastRun = {
  readonly id: string;
  readonly command: string;
  readonly inventory: readonly string[];
  /** As typed; null: the run was about all of its hosts. */
  readonly shard: string | null;
  readonly unfinished: readonly HostName[];
};

const keptRuns = 20;

/** Where journals lie: below $XDG_STATE_HOME, which counts only where it is absolute (XDG Base Directory Specification). */
export function journalDirectory(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME ?? '';
  return join(isAbsolute(state) ? state : join(homedir(), '.local/state'), 'mlbroute/runs');
}

/** Begins a journal, and removes all but the newest. A disk that refuses makes a journal that writes nothing: `warn` is told, once. */
export async function openJournal(
  directory: string,
  run: {
    readonly command: string;
    readonly inventory: readonly string[];
    readonly hosts: readonly HostName[];
    readonly shard: string | null;
    readonly at: Date;
  },
  warn: (text: string) => void,
): Promise<Journal> {
  // To the millisecond: the names are their order, and two runs may begin in one second.
  const id = `${run.at.toISOString().replaceAll(/[-:.Z]/g, '')}-${randomBytes(3).toString('hex')}`;
  const path = join(directory, `${id}.ndjson`);
  const { command, inventory, hosts, shard } = run;
  const part = shard === null ? {} : { shard };
  const first: JournalEntry = { kind: 'run', version: 1, id, command, inventory, hosts, ...part };
  let isBroken = false;
  const giveUp = (error: unknown) => {
    if (!isDiskError(error)) throw error;
    if (!isBroken) warn(`warning: no journal of this run, so --retry will not know it: ${error.message}`);
    isBroken = true;
  };
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(path, lineOf(first), { mode: 0o600, flag: 'wx' });
    const names = (await readdir(directory)).filter((name) => name.endsWith('.ndjson')).sort();
    await Promise.all(names.slice(0, -keptRuns).map((name) => rm(join(directory, name), { force: true })));
  } catch (error) {
    giveUp(error);
  }
  return {
    id,
    record: (entry) => {
      if (isBroken) return;
      try {
        // At once: the next moment may be the process's last.
        appendFileSync(path, lineOf(entry));
      } catch (error) {
        giveUp(error);
      }
    },
  };
}

/** The runs on record, newest first. A journal that cannot be read is skipped, and `warn` is told. */
export async function pastRuns(directory: string, warn: (text: string) => void): Promise<readonly PastRun[]> {
  const tell = (path: string, why: string) => warn(`warning: the journal ${path} is skipped: ${why}`);
  const runs: PastRun[] = [];
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.ndjson')).sort();
    for (const name of names.reverse()) {
      const path = join(directory, name);
      try {
        const run = parseJournal(await readFile(path, 'utf8'));
        if (run === null) tell(path, 'it is damaged');
        else runs.push(run);
      } catch (error) {
        if (!isDiskError(error)) throw error;
        tell(path, error.message);
      }
    }
  } catch (error) {
    if (!isDiskError(error)) throw error;
    if (error.code !== 'ENOENT') tell(directory, error.message);
  }
  return runs;
}

/** Parses a journal; null where it does not begin as one. A last line that was cut off says nothing. */
export function parseJournal(text: string): PastRun | null {
  const [first, ...entries] = text.split('\n').flatMap((line) => parseLine(line) ?? []);
  if (first?.kind !== 'run' || first.version !== 1 || !Array.isArray(first.hosts)) return null;
  const done = new Set(
    entries.flatMap((entry) =>
      entry.kind === 'end' && ['unchanged', 'changed'].includes(entry.outcome?.status) ? [entry.host] : [],
    ),
  );
  const { id, command, inventory, hosts, shard = null } = first;
  return { id, command, inventory, shard, unfinished: hosts.filter((host) => !done.has(host)) };
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function parseLine(line: string): JournalEntry | null {
  const value = parseJson(line);
  return isRecord(value) && 'kind' in value ? (value as JournalEntry) : null;
}

function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
