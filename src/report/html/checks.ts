import type { Finding } from '../../domain/change.ts';
import type { HostReport } from '../run-report.ts';

/** A column of the matrix: what was looked at on each host, and how much was found or is due there; null: not looked at. */
export type Check = { readonly title: string; readonly countOf: (host: HostReport) => number | null };

/** What a host is looked at for, in the order in which a packet of trouble would be looked for. */
export const checks: readonly Check[] = [
  { title: 'Files', countOf: ({ findings, plan }) => countIn(findings, isFile) ?? plan?.files.length ?? null },
  {
    title: 'Kernel',
    countOf: ({ findings, plan }) =>
      countIn(findings, ({ where }) => where === 'running') ?? plan?.runtime.length ?? null,
  },
  {
    title: 'Next boot',
    // Only an audit asks for all that the boot reads.
    countOf: ({ findings, atReboot }) => {
      const found = countIn(findings, isOfBoot);
      return found === null || (atReboot === undefined && found === 0) ? null : found + (atReboot?.length ?? 0);
    },
  },
  { title: 'Record', countOf: ({ findings }) => countIn(findings, ({ where }) => where === 'recorded') },
  { title: 'Network', countOf: ({ findings }) => countIn(findings, ({ where }) => where === 'network') },
  { title: 'In the way', countOf: ({ plan }) => plan?.obstacles.length ?? null },
  { title: 'Warnings', countOf: ({ plan }) => plan?.warnings.length ?? null },
];

/** Codes by which a host can be found: of its findings, of what is in its way, of its warnings, and of why it ended badly. */
export function codesOf({ findings, plan, outcome }: HostReport): readonly string[] {
  const because = outcome !== null && 'because' in outcome ? outcome.because : null;
  return [
    ...new Set([
      ...(findings ?? []).map(({ code }) => code),
      ...(plan?.obstacles ?? []).map(({ code }) => code),
      ...(plan?.warnings ?? []).map(({ code }) => code),
      ...(because === null || typeof because === 'string' ? [] : [because.kind]),
    ]),
  ].sort();
}

function countIn(findings: readonly Finding[] | null, isMeant: (finding: Finding) => boolean): number | null {
  return findings?.filter(isMeant).length ?? null;
}

function isOfBoot({ code }: Finding): boolean {
  return code === 'not-boot-safe';
}

function isFile(finding: Finding): boolean {
  return finding.where === 'persisted' && !isOfBoot(finding);
}
