import { bootFindings } from '../boot/boot-findings.ts';
import { clockSkew } from '../boot/clock-skew.ts';
import { rebootChanges } from '../boot/reboot-changes.ts';
import { noState } from '../domain/desired-state.ts';
import { ok } from '../domain/result.ts';
import { findingsOf } from '../plan/findings.ts';
import { foreignFindings } from '../plan/foreign-findings.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { formatFindings, type HostFindings } from '../report/findings-text.ts';
import { annotateFindings } from '../report/github.ts';
import { findingsLine } from '../report/ndjson.ts';
import { readClusterObjects } from './cluster-objects.ts';
import { comparePools } from './compare-pools.ts';
import { exitCodes } from './exit-codes.ts';
import { type Io, isOnGithub } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { readHosts } from './read-hosts.ts';
import { hostEnds } from './run-record.ts';
import { tellSummary } from './session.ts';

export type AuditOptions = ConnectionOptions & {
  /** Files of objects of the cluster, whose pools networks must cover; none where it is missing. */
  readonly pools?: readonly string[];
};

/** `mlbroute audit`: desired × persisted × recorded × running × what the next boot would bring, read-only. Exit code 2 where something differs, 1 where a host could not be asked. */
export async function audit(options: AuditOptions, io: Io): Promise<number> {
  const { pools: files = null } = options;
  const cluster = files === null ? ok(null) : await readClusterObjects({ files, kubectl: false, context: null });
  if (!cluster.ok) {
    io.stderr(formatDiagnostics(cluster.error, () => null));
    return exitCodes.badInput;
  }
  const reading = await readHosts('audit', options, io);
  if (reading === null) return exitCodes.badInput;
  const { loaded, seen, ended, beganMs, record } = reading;
  const endedS = Math.floor(Date.now() / 1000);
  const found = seen.map(({ deployment, prepared, observed }) => ({
    host: deployment.connection.name,
    findings: [
      ...findingsOf(prepared.plan, observed),
      ...foreignFindings(prepared.plan),
      ...(prepared.manifest === null ? [] : bootFindings(prepared.manifest.desired, observed.facts, observed.boot)),
      ...clockSkew(observed.boot.clockS, endedS),
    ],
    atReboot: rebootChanges(prepared.manifest?.desired ?? noState, observed),
  }));
  tellFindings(found, 'Audit', options, io);
  const areAll = options.limit === null;
  const areCovered =
    cluster.value === null || comparePools(cluster.value, loaded.ofAllShards, { ...options, areAll }, io);
  const isReported = record.write(hostEnds(found, ended));
  if (ended.length > 0) {
    tellSummary({ results: ended, hostCount: loaded.hosts.length, words: ['audit'], beganMs }, options, io);
    return 1;
  }
  if (!isReported) return 1;
  return areCovered && found.every(({ findings }) => findings.length === 0) ? 0 : exitCodes.differences;
}

/** Prints findings as the user wants them. */
export function tellFindings(
  found: readonly HostFindings[],
  title: 'Audit' | 'Verify',
  options: ConnectionOptions,
  io: Io,
): void {
  if (isOnGithub(io)) io.stderr(annotateFindings(found, `mlbroute ${title.toLowerCase()}`));
  if (options.output === 'json') for (const each of found) io.stdout(findingsLine(each));
  else if (found.length > 0) io.stdout(formatFindings(found, { title, color: io.color, columns: io.resultColumns() }));
}
