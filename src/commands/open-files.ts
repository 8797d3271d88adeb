import { readFileSync } from 'node:fs';
import { count } from '../report/count.ts';
import type { Io } from './io.ts';

/** What this process has open for itself. */
const ownFiles = 56;

/** A host needs most with the system's ssh: three pipes of the process that holds the connection, three of the one that runs a program, and files read meanwhile. */
const filesPerHost = 8;

/** How many files this process may have open; infinite where the system does not tell as Linux does. */
export function openFileLimit(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const [, limit = ''] = /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return /^\d+$/.test(limit) ? Number(limit) : Number.POSITIVE_INFINITY;
}

/** So many hosts may have a connection at a time. */
export function hostPlaces(openFiles: number): number {
  return Math.max(1, Math.floor((openFiles - ownFiles) / filesPerHost));
}

/** As many hosts at a time as the user wants, or as this process may open files for; says so where that makes a difference. */
export function hostsAtATime(
  { forks }: { readonly forks: number },
  hostCount: number,
  io: Pick<Io, 'stderr'>,
  openFiles: number = openFileLimit(),
): number {
  const places = hostPlaces(openFiles);
  if (Math.min(forks, hostCount) <= places) return forks;
  io.stderr(
    `note: this process may open ${openFiles} files, so ${count(places, 'host')} at a time, not ${forks}: raise ulimit -n\n`,
  );
  return places;
}
