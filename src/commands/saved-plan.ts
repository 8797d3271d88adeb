import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Basis } from '../deploy/basis.ts';
import type { HostPlan } from '../domain/change.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import { isRecord, parseJson } from '../domain/json.ts';
import type { Manifest } from '../domain/observed.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { readTrouble } from './read-trouble.ts';

/** What was planned for one host. It has all that a push needs but the way to the host. */
export type SavedHost = {
  readonly name: HostName;
  readonly plan: HostPlan;
  /** What the host shall be and remember; from it the plan can be made anew without the inventory. */
  readonly manifest: Manifest;
  /** How the host was when it was planned. */
  readonly basis: Basis;
};

/** A plan in a file. It holds no connections and no passwords. */
export type SavedPlan = {
  readonly kind: 'mlbroute-plan';
  /** Of this format. */
  readonly version: 1;
  /** The version of the mlbroute that made it. */
  readonly mlbroute: string;
  /** RFC 3339, UTC. */
  readonly madeAt: string;
  /** Paths as they were given, with the sha256 of what was read there; null where that is not one text. */
  readonly inventory: readonly { readonly path: string; readonly sha256: string | null }[];
  readonly hosts: readonly SavedHost[];
  /** Hosts that were asked for but could not be planned. */
  readonly unplanned: readonly HostName[];
};

/** A saved plan as text, with a sum over itself as its last member. */
export function formatSavedPlan(plan: SavedPlan): string {
  return `${JSON.stringify({ ...plan, sha256: sha256(JSON.stringify(plan)) })}\n`;
}

/** Parses the text of a saved plan made by the mlbroute of this version. Nothing is taken from one that is not whole. */
export function parseSavedPlan(text: string, file: string, version: string): Result<SavedPlan, Diagnostic> {
  const value = parseJson(text);
  if (!isRecord(value) || value.kind !== 'mlbroute-plan')
    return fault('plan-format', `${file} is not a saved plan`, 'mlbroute plan --out FILE makes one');
  if (value.version !== 1)
    return fault(
      'plan-version',
      `${file} is a plan of format ${JSON.stringify(value.version)}, and this mlbroute reads format 1`,
      again,
    );
  const { sha256: sum, ...plan } = value;
  if (sum !== sha256(JSON.stringify(plan)))
    return fault('plan-damaged', `${file} is damaged or was edited: its content does not match its sum`, again);
  // The words, commands and order of a plan are the making program's own; another one must not guess at them.
  if (plan.mlbroute !== version)
    return fault('plan-version', `${file} was made by mlbroute ${plan.mlbroute}, and this is ${version}`, again);
  // The sum has shown that this is, letter for letter, what formatSavedPlan wrote.
  return ok(plan as unknown as SavedPlan);
}

/** Reads a saved plan from disk. */
export async function readSavedPlan(file: string, version: string): Promise<Result<SavedPlan, Diagnostic>> {
  try {
    return parseSavedPlan(await readFile(file, 'utf8'), file, version);
  } catch (error) {
    return fault('plan-unreadable', readTrouble(error, file), 'mlbroute plan --out FILE makes one');
  }
}

/** sha256 of a text's UTF-8 bytes, in hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

const again = 'make the plan again';

function fault(code: string, message: string, hint: string): Result<never, Diagnostic> {
  return err(unplacedError(code, message, hint));
}
