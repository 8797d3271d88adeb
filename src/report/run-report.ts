import type { FileChange, Finding, HostPlan, PlanWarning, RebootChange, RuntimeChange } from '../domain/change.ts';
import { toShell } from '../domain/command.ts';
import type { Decision } from '../domain/desired-state.ts';
import type { HostName } from '../domain/host.ts';
import type { VlanLink } from '../domain/link.ts';
import type { Obstacle } from '../domain/obstacle.ts';
import type { HostOutcome, Phase } from '../domain/outcome.ts';
import type { Shard } from '../domain/shard.ts';
import { fileDiff } from './file-diff.ts';
import { compareNames } from './fold.ts';
import { isBad } from './outcome-text.ts';

/** One run as a whole. It holds no connections, no variables and no secrets. */
export type RunReport = {
  readonly kind: 'mlbroute-report';
  /** Of this format: members may be added, and none changes its meaning, before it counts up. */
  readonly version: 1;
  /** The version of the mlbroute that ran. */
  readonly mlbroute: string;
  /** As typed: push, audit, … */
  readonly command: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  /** Null: the run was about all of its hosts, or this report is of all its shards. */
  readonly shard: Shard | null;
  /** Shards that this report should have and has not: nobody knows how their hosts fare. */
  readonly missing: readonly Shard[];
  /** By name, each once. */
  readonly hosts: readonly HostReport[];
  /** What was connected to from the controller. */
  readonly fromHere: readonly EndpointReport[];
};

/** All that a run has to tell of one host. */
export type HostReport = {
  readonly host: HostName;
  /** Null: the host was looked at, and this command has nothing to do there. */
  readonly outcome: HostOutcome | null;
  /** Null: this command looks for none, or the host could not be asked. */
  readonly findings: readonly Finding[] | null;
  /** What a restart would change in the running kernel; missing: nobody asked. */
  readonly atReboot?: readonly RebootChange[];
  /** Null: the host could not be asked, or refused. */
  readonly plan: PlanReport | null;
  /** Milliseconds in each phase that came to its end. */
  readonly phasesMs: { readonly [phase in Phase]?: number };
};

/** What is due on one host. */
export type PlanReport = {
  readonly decisions: readonly Decision[];
  /** The VLANs that are asked for. */
  readonly links: readonly VlanLink[];
  readonly files: readonly FileReport[];
  readonly runtime: readonly RuntimeReport[];
  readonly warnings: readonly PlanWarning[];
  readonly obstacles: readonly Obstacle[];
};

/** One file of a plan: what becomes of it, and its unified diff without colours. */
type FileReport = Pick<FileChange, 'kind' | 'path' | 'cause'> & { readonly diff: string };

/** One change of the running kernel, and the commands that make it, as a shell takes them. */
type RuntimeReport = Pick<RuntimeChange, 'sign' | 'subject' | 'words'> & {
  readonly commands: readonly string[];
};

/** How an endpoint answered the controller; null: it did. */
export type EndpointReport = { readonly endpoint: string; readonly trouble: string | null };

/** What a report says of a plan. */
export function reportPlan(plan: HostPlan, links: readonly VlanLink[]): PlanReport {
  const { decisions, warnings, obstacles } = plan;
  return {
    ...{ decisions, links, warnings, obstacles },
    files: plan.files.map((change) => {
      const { kind, path, cause } = change;
      return { kind, path, cause, diff: fileDiff(change) };
    }),
    runtime: plan.runtime.map(({ sign, subject, words, apply }) => ({
      ...{ sign, subject, words },
      commands: apply.map(({ argv }) => toShell(argv)),
    })),
  };
}

/** Hosts in the order of a report. */
export function sortHosts(hosts: readonly HostReport[]): readonly HostReport[] {
  return [...hosts].sort((a, b) => compareNames(a.host, b.host));
}

/** How a host fares in one word: its outcome, or where it has none what was found there. */
export function stateOf({ outcome, findings, plan }: HostReport): HostOutcome['status'] | 'as described' | 'differs' {
  if (outcome !== null) return outcome.status;
  const differences = findings?.length ?? (plan === null ? 0 : plan.files.length + plan.runtime.length);
  return differences === 0 ? 'as described' : 'differs';
}

/** True where the host is not as it should be. */
export function isHostBad(host: HostReport): boolean {
  return host.outcome === null ? stateOf(host) === 'differs' : isBad(host.outcome);
}

/** The exit code that a run with this report ends with, where it came to its end: 1 where a host failed or nobody knows, 2 where something differs. */
export function exitCodeOfReport({ hosts, missing, fromHere }: RunReport): 0 | 1 | 2 {
  const isStopped = ({ outcome, findings, plan }: HostReport) =>
    outcome === null && findings === null && plan !== null && plan.obstacles.length > 0;
  const bad = hosts.filter(isHostBad);
  if (missing.length > 0 || bad.some((host) => host.outcome !== null || isStopped(host))) return 1;
  return bad.length > 0 || fromHere.some(({ trouble }) => trouble !== null) ? 2 : 0;
}

/** Everything that has been found or is due on a host, a line each. Empty where nothing is. */
export function differenceLines({ findings, plan }: HostReport): readonly string[] {
  if (findings !== null)
    return findings.map(
      ({ code, subject, message, hint }) => `${code}: ${subject}: ${message}${hint === null ? '' : ` (${hint})`}`,
    );
  return [
    ...(plan?.obstacles ?? []).map(({ code, message }) => `${code}: ${message}`),
    ...(plan?.files ?? []).map(({ kind, path }) => `${kind} ${path}`),
    ...(plan?.runtime ?? []).map(({ sign, words }) => `${sign} ${words}`),
  ];
}
