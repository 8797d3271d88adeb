import { hash } from 'node:crypto';
import { err, ok, type Result } from './result.ts';

/** One part of a run that is shared among several controllers; `index` counts from 1. */
export type Shard = { readonly index: number; readonly of: number };

const most = 1000;

/** Parses `2/5`. */
export function parseShard(text: string): Result<Shard, string> {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || of === undefined) return err(`"${text}" is not a part of a whole, as 2/5`);
  if (of < 1 || of > most) return err(`"${text}": a run has 1 to ${most} parts`);
  if (index < 1 || index > of) return err(`"${text}": the parts of ${of} are 1/${of} to ${of}/${of}`);
  return ok({ index, of });
}

/** A shard as it is typed. */
export function formatShard({ index, of }: Shard): string {
  return `${index}/${of}`;
}

/**
 * Whether a host belongs to a shard. Its name alone decides, so other hosts may come and go; and where there is a shard more, hosts only move
 * into that one. Each shard bids for the host by a hash of both their names, and the highest bid has it (rendezvous hashing).
 */
export function isInShard(host: string, { index, of }: Shard): boolean {
  const own = bidOf(host, index);
  for (let other = 1; other <= of; other++) if (other !== index && bidOf(host, other) > own) return false;
  return true;
}

function bidOf(host: string, index: number): string {
  return hash('sha256', `${index} ${host}`);
}
