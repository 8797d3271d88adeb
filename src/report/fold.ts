import { count } from './count.ts';
import type { Paint } from './palette.ts';

/**
 * Host names as one short text: `node[01-03,07].example.com,db1`. Numbers fold as ClusterShell's nodeset does: the one that varies
 * becomes a range, zeros in front are kept, and `1` and `01` stay two hosts. Order and doubles in the input do not matter.
 */
export function foldHosts(names: readonly string[]): string {
  return foldFrames([...new Set(names)].map(parse))
    .sort((a, b) => compareNames(a.first, b.first))
    .map((fold) => fold.text)
    .join(',');
}

/** Hosts as a short text, with their number where there are several: `node[01-03] (3 hosts)`. Only the names are painted. */
export function hostsWords(names: readonly string[], paint: Paint = (text) => text): string {
  const folded = paint(foldHosts(names));
  return names.length === 1 ? folded : `${folded} (${count(names.length, 'host')})`;
}

/** Orders names as people do: `node2` before `node10`. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

const collator = new Intl.Collator('en', { numeric: true });

type Name = { readonly text: string; readonly slots: readonly Slot[] };
/** One number within a name; `frame` is the name without it. */
type Slot = { readonly frame: string; readonly head: string; readonly digits: string; readonly tail: string };
type Fold = { readonly first: string; readonly text: string };

function parse(text: string): Name {
  const slots = [...text.matchAll(/\d+/g)]
    // Longer numbers are serials rather than counts, and would not be exact as a JavaScript number.
    .filter(([digits]) => digits.length <= 9)
    .map(({ 0: digits, index }) => {
      const [head, tail] = [text.slice(0, index), text.slice(index + digits.length)];
      return { frame: `${head}\0${tail}`, head, digits, tail };
    });
  return { text, slots };
}

function foldFrames(names: readonly Name[]): Fold[] {
  const sizes = new Map<string, number>();
  for (const { frame } of names.flatMap((name) => name.slots)) sizes.set(frame, (sizes.get(frame) ?? 0) + 1);
  const folds: Fold[] = [];
  const groups = new Map<string, Slot[]>();
  for (const { text, slots } of names) {
    // Of several numbers in a name, the one that varies in most of its neighbours is the one that counts hosts.
    const best = slots.reduce<Slot | null>(
      (winner, slot) => (winner === null || sizeOf(slot) > sizeOf(winner) ? slot : winner),
      null,
    );
    if (best === null || sizeOf(best) === 1) folds.push({ first: text, text });
    else {
      const group = groups.get(best.frame);
      if (group === undefined) groups.set(best.frame, [best]);
      else group.push(best);
    }
  }
  return [...folds, ...[...groups.values()].map(foldGroup)];

  function sizeOf(slot: Slot): number {
    return sizes.get(slot.frame) ?? 0;
  }
}

function foldGroup(slots: readonly Slot[]): Fold {
  const sorted = [...slots].sort((a, b) => Number(a.digits) - Number(b.digits) || a.digits.length - b.digits.length);
  const [{ head, tail, digits: lowest }] = sorted as [Slot];
  const first = `${head}${lowest}${tail}`;
  const ranges: [string, string][] = [];
  for (const { digits } of sorted) {
    const range = ranges.at(-1);
    if (range !== undefined && continues(range, digits)) range[1] = digits;
    else ranges.push([digits, digits]);
  }
  const list = ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',');
  return { first, text: sorted.length === 1 ? first : `${head}[${list}]${tail}` };
}

/** Whether `digits` is the range's next number, written in a way that unfolds to the same text. */
function continues([from, to]: readonly [string, string], digits: string): boolean {
  if (Number(digits) !== Number(to) + 1) return false;
  const isPadded = from.length > 1 && from.startsWith('0');
  return isPadded || digits.startsWith('0') ? digits.length === from.length : true;
}
