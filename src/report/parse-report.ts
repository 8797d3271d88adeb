import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { isRecord, parseJson } from '../domain/json.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { statuses } from './outcome-text.ts';
import type { RunReport } from './run-report.ts';

/** Parses a report in JSON. What its hosts have is looked at as far as a merged report needs it. */
export function parseReport(text: string, file: string): Result<RunReport, Diagnostic> {
  const value = parseJson(text);
  if (!isRecord(value) || value.kind !== 'mlbroute-report')
    return fault('report-format', `${file} is not a report`, '--report FILE.json makes one');
  if (value.version !== 1)
    return fault(
      'report-version',
      `${file} is a report of format ${JSON.stringify(value.version)}, and this mlbroute reads format 1`,
      'merge it with the mlbroute that made it',
    );
  const { command, startedAt, elapsedMs, mlbroute, shard, missing, hosts, fromHere } = value;
  const isWhole =
    [command, startedAt, mlbroute].every((each) => typeof each === 'string') &&
    !Number.isNaN(Date.parse(String(startedAt))) &&
    typeof elapsedMs === 'number' &&
    (shard === null || isShard(shard)) &&
    isListOf(missing, isShard) &&
    isListOf(hosts, isHost) &&
    isListOf(fromHere, isRecord);
  if (!isWhole) return fault('report-damaged', `${file} is damaged: parts of the report are missing`, null);
  return ok(value as unknown as RunReport);
}

function isHost(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { host, outcome, findings, plan, phasesMs } = value;
  return (
    typeof host === 'string' &&
    (outcome === null || (isRecord(outcome) && statuses.some((status) => status === outcome.status))) &&
    (findings === null || isListOf(findings, isRecord)) &&
    (value.atReboot === undefined || isListOf(value.atReboot, isRecord)) &&
    (plan === null || (isRecord(plan) && planLists.every((name) => Array.isArray(plan[name])))) &&
    isRecord(phasesMs)
  );
}

const planLists = ['decisions', 'links', 'files', 'runtime', 'warnings', 'obstacles'];

function isShard(value: unknown): boolean {
  return isRecord(value) && typeof value.index === 'number' && typeof value.of === 'number';
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function fault(code: string, message: string, hint: string | null): Result<never, Diagnostic> {
  return err(unplacedError(code, message, hint));
}
