import { type HostPlan, isUnchanged } from '../domain/change.ts';
import type { Check } from '../domain/check-up.ts';
import type { Explanation } from '../domain/explanation.ts';
import type { HostName } from '../domain/host.ts';
import type { HostEvent, RunEvent } from '../domain/outcome.ts';
import type { HostFindings } from './findings-text.ts';

/** One event as a line of NDJSON: `at` (RFC 3339, UTC), then the event's own members. Ends with a line feed. */
export function eventLine(event: HostEvent | RunEvent, atMs: number): string {
  return lineOf({ at: new Date(atMs).toISOString(), ...event });
}

/** One plan as a line of NDJSON: `kind` is `plan`, `unchanged` says whether a push would leave the host alone, then the plan's own members. */
export function planLine(plan: HostPlan): string {
  return lineOf({ kind: 'plan', unchanged: isUnchanged(plan), ...plan });
}

/** What was found on one host as a line of NDJSON: `kind` is `findings`; an empty list says that all is as described. `atReboot` is of an audit only. */
export function findingsLine({ host, findings, atReboot }: HostFindings): string {
  return lineOf({ kind: 'findings', host, findings, ...(atReboot === undefined ? {} : { atReboot }) });
}

/** The check-up of one host as a line of NDJSON: `kind` is `check-up`. */
export function checkUpLine(host: HostName, checks: readonly Check[]): string {
  return lineOf({ kind: 'check-up', host, checks });
}

/** An explanation as a line of NDJSON: `kind` is `explanation`, then its own members. */
export function explanationLine(explanation: Explanation): string {
  return lineOf({ kind: 'explanation', ...explanation });
}

/** How one endpoint answered this machine as a line of NDJSON: `kind` is `from-here`; `trouble` is null where it answers. */
export function fromHereLine(endpoint: string, trouble: string | null): string {
  return lineOf({ kind: 'from-here', endpoint, trouble });
}

/** What a node that watched has seen, as a line of NDJSON: `kind` is `captured`; counts of each network, by family. */
export function capturedLine(
  host: HostName,
  networks: readonly { readonly network: string; readonly requests: number; readonly answered: number }[],
): string {
  return lineOf({ kind: 'captured', host, networks });
}

/** Addresses of a pool that no network covers as a line of NDJSON: `kind` is `uncovered-pool`; `hosts` is null where no host has one. */
export function uncoveredPoolLine(uncovered: {
  readonly pool: string;
  readonly cidrs: readonly string[];
  readonly hosts: readonly string[] | null;
}): string {
  return lineOf({ kind: 'uncovered-pool', ...uncovered });
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
