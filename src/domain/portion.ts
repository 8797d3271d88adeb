import { err, ok, type Result } from './result.ts';

/** A part of some hosts: so many of them, or so many in a hundred. */
export type Portion =
  | { readonly kind: 'count'; readonly hosts: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** Parses `5` or `10%`: a whole number, or a whole percentage up to 100. The error is a sentence without its subject. */
export function parsePortion(text: string): Result<Portion, string> {
  const [, digits, sign] = /^(\d{1,9})(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined) return err(`"${text}" is not a number of hosts, as 5, or a percentage, as 10%`);
  const number = Number(digits);
  if (sign !== '%') return ok({ kind: 'count', hosts: number });
  return number > 100 ? err(`"${text}" is more than 100%`) : ok({ kind: 'percent', percent: number });
}

/** How many hosts a portion of `total` is, rounded down: 10% of 19 is 1, 10% of 9 is 0. A count may be more than there are. */
export function hostsIn(portion: Portion, total: number): number {
  return portion.kind === 'count' ? portion.hosts : Math.floor((total * portion.percent) / 100);
}

/** A portion as it is typed. */
export function formatPortion(portion: Portion): string {
  return portion.kind === 'count' ? String(portion.hosts) : `${portion.percent}%`;
}
