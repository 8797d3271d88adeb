import { err, ok, type Result } from '../domain/result.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const mostHosts = 100_000;

/** Why a range is refused: half a sentence, and the way out. */
export type RangeFault = { readonly message: string; readonly hint: string | null };

/**
 * Expands Ansible's host ranges: `node[01:30]`, `db[a:f]`, `n[0:10:2]`; several multiply, the left one slowest. Both ends belong
 * to the range, letters run a–z then A–Z, and a leading zero keeps the width. Unlike Ansible, a range that would be empty is refused.
 */
export function expandHostRange(pattern: string): Result<readonly string[], RangeFault> {
  const open = pattern.indexOf('[');
  if (open < 0) {
    if (pattern.includes(']')) return fault(`"${pattern}" has a "]" without a "["`);
    return ok([pattern]);
  }
  const close = pattern.indexOf(']', open);
  if (close < 0 || pattern.slice(0, open).includes(']')) return fault(`"${pattern}" has a "[" without a "]"`);
  const items = expandBounds(pattern.slice(open + 1, close));
  if (!items.ok) return items;
  const tails = expandHostRange(pattern.slice(close + 1));
  if (!tails.ok) return tails;
  if (items.value.length * tails.value.length > mostHosts) return fault(`"${pattern}" is more than ${mostHosts} hosts`);
  const head = pattern.slice(0, open);
  return ok(items.value.flatMap((item) => tails.value.map((tail) => head + item + tail)));
}

function expandBounds(range: string): Result<readonly string[], RangeFault> {
  const [first = '', last = '', step = '1', ...rest] = range.split(':');
  if (rest.length > 0 || !range.includes(':'))
    return fault(`"[${range}]" is not a range`, 'write [first:last] or [first:last:step]');
  if (last === '') return fault(`range "[${range}]" has no end`, 'write [first:last]; both belong to the range');
  if (!/^\d+$/.test(step) || Number(step) === 0)
    return fault(`range "[${range}]": the step must be a number from 1 up`);
  const begin = first === '' ? '0' : first;
  if (/^[a-zA-Z]$/.test(begin) && /^[a-zA-Z]$/.test(last)) return expandLetters(range, begin + last, Number(step));
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(last))
    return fault(`range "[${range}]" must go from number to number or from letter to letter`);
  return expandNumbers(range, [begin, last], Number(step));
}

function expandLetters(range: string, ends: string, step: number): Result<readonly string[], RangeFault> {
  const [from, to] = [letters.indexOf(ends.charAt(0)), letters.indexOf(ends.charAt(1))];
  if (from > to) return fault(`range "[${range}]" ends before it starts`, 'letters run a–z, then A–Z');
  return ok([...letters.slice(from, to + 1)].filter((_, i) => i % step === 0));
}

function expandNumbers(
  range: string,
  [begin, last]: readonly [string, string],
  step: number,
): Result<readonly string[], RangeFault> {
  const isPadded = begin.length > 1 && begin.startsWith('0');
  if (isPadded && begin.length !== last.length)
    return fault(
      `range "[${range}]": with leading zeros both ends need the same width`,
      `write [${begin}:${last.padStart(begin.length, '0')}]`,
    );
  const [from, to] = [Number(begin), Number(last)];
  if (from > to) return fault(`range "[${range}]" ends before it starts`, `write [${last}:${begin}]`);
  if ((to - from) / step >= mostHosts) return fault(`range "[${range}]" is more than ${mostHosts} hosts`);
  const count = Math.floor((to - from) / step) + 1;
  return ok(
    Array.from({ length: count }, (_, i) => String(from + i * step).padStart(isPadded ? begin.length : 0, '0')),
  );
}

function fault(message: string, hint: string | null = null): Result<never, RangeFault> {
  return err({ message, hint });
}
