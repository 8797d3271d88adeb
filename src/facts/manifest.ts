import { isRecord } from '../domain/json.ts';
import type { Manifest } from '../domain/observed.ts';
import { err, ok, type Result } from '../domain/result.ts';

const path = '/var/lib/mlbroute/manifest.json';

/** What each part of a manifest must be. */
const parts = {
  generation: (value: unknown) => Number.isInteger(value),
  pushedBy: (value: unknown) => value === null || typeof value === 'string',
  desired: isDesiredState,
  files: Array.isArray,
  sysctlsBefore: isRecord,
  filesBefore: isListOrMissing,
  unitsBefore: isListOrMissing,
  links: Array.isArray,
} satisfies Record<Exclude<keyof Manifest, 'version'>, (value: unknown) => boolean>;

/** Parses the generations that a host still has, one a line, newest first. Errors as for one manifest. */
export function parseHistory(text: string): Result<readonly Manifest[], string> {
  const manifests = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseManifest);
  const damaged = manifests.find((manifest) => !manifest.ok);
  if (damaged !== undefined && !damaged.ok) return damaged;
  const whole = manifests.flatMap((manifest) => (manifest.ok && manifest.value !== null ? [manifest.value] : []));
  return ok(whole.sort((a, b) => b.generation - a.generation));
}

/**
 * Parses the manifest that a confirmed push left behind; null where there is none. It says what may be removed, so one that cannot be
 * trusted whole is an error: half a sentence that names it.
 */
export function parseManifest(text: string): Result<Manifest | null, string> {
  if (text.trim() === '') return ok(null);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return damaged(error.message);
    throw error;
  }
  if (!isRecord(value)) return damaged('it is not a JSON object');
  if (value.version !== 1)
    return err(`${path} is of version ${JSON.stringify(value.version)}, and this mlbroute reads version 1`);
  const wrong = Object.entries(parts).flatMap(([name, isRight]) => (isRight(value[name]) ? [] : [name]));
  if (wrong.length > 0) return damaged(`${wrong.join(', ')} missing or of the wrong kind`);
  return ok(value as unknown as Manifest);
}

function isListOrMissing(value: unknown): boolean {
  return value === undefined || Array.isArray(value);
}

function isDesiredState(value: unknown): boolean {
  const lists = ['decisions', 'links', 'routes', 'rules', 'chains', 'sysctls'];
  return isRecord(value) && lists.every((name) => Array.isArray(value[name]));
}

function damaged(how: string): Result<never, string> {
  return err(`${path} is damaged (${how}): move it away to go on without what it remembers`);
}
