import type { DesiredState } from '../../domain/desired-state.ts';
import { ruleWords } from '../../domain/ip-words.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import { type Fwmark, formatFwmark, type PolicyRule } from '../../domain/routing.ts';
import { ownersOn } from './known-owners.ts';

/** Who else uses bits of the marks that this push wants: rules, packet filters, and software that is seen on the host. */
export function markCollisions(
  desired: DesiredState,
  { facts }: Observed,
  foreignRules: readonly PolicyRule[],
): readonly Obstacle[] {
  const marks = marksOf(desired);
  const owners = ownersOn(facts);
  const { marks: uses } = facts.others;
  const taken = [
    ...owners.map(({ packet, connection }) => packet | connection),
    ...uses.map(({ mask }) => mask),
    ...foreignRules.flatMap(({ fwmark }) => fwmark?.mask ?? []),
  ].reduce((bits, mask) => bits | mask, 0);
  const hint = hintFor(taken);
  return marks.flatMap((mark): Obstacle[] => [
    ...foreignRules
      .filter(({ fwmark }) => fwmark !== null && canBothMatch(fwmark, mark))
      .map(
        (rule): Obstacle => ({
          code: 'mark-in-use',
          message: `mark ${formatFwmark(mark)} would also match somebody else's rule: ${ruleWords(rule).join(' ')}`,
          hint,
        }),
      ),
    ...uses
      .filter((use) => (use.mask & mark.mask) !== 0)
      .filter((use) => use.does === 'set' || isTouched(use, mark))
      .map(
        ({ of, does, rule }): Obstacle => ({
          code: of === 'packet' ? 'mark-in-use' : 'connmark-in-use',
          message: `${of} mark ${formatFwmark(mark)}: a rule of somebody else ${does}s bits of it: ${rule}`,
          hint,
        }),
      ),
    ...owners.flatMap(({ name, packet, connection }): Obstacle[] => [
      ...owned('mark-in-use', mark, { name, bits: packet, hint }),
      ...owned('connmark-in-use', mark, { name, bits: connection, hint }),
    ]),
  ]);
}

function owned(
  code: 'mark-in-use' | 'connmark-in-use',
  mark: Fwmark,
  { name, bits, hint }: { readonly name: string; readonly bits: number; readonly hint: string },
): readonly Obstacle[] {
  const shared = (bits & mark.mask) >>> 0;
  if (shared === 0) return [];
  const which = code === 'mark-in-use' ? 'packet' : 'connection';
  const message = `${which} mark ${formatFwmark(mark)}: ${name}, which is on this host, uses the bits 0x${shared.toString(16)} of it`;
  return [{ code, message, hint }];
}

function marksOf({ decisions, rules, marks = [] }: DesiredState): readonly Fwmark[] {
  const found = [...decisions, ...rules, ...marks].flatMap(({ fwmark }) => fwmark ?? []);
  return [...new Map(found.map((mark) => [formatFwmark(mark), mark])).values()];
}

function canBothMatch(a: Fwmark, b: Fwmark): boolean {
  return (a.mask & b.mask) !== 0 && (a.value & b.mask & a.mask) === (b.value & a.mask);
}

/** A test for zero in our bits fails once our mark is there; one for our value holds then. */
function isTouched(test: Fwmark, mark: Fwmark): boolean {
  return canBothMatch(test, mark) || (test.value & test.mask & mark.mask) === 0;
}

function hintFor(taken: number): string {
  const free = [12, 11, 10, 9, 8, 13, ...Array.from({ length: 32 }, (_, bit) => bit)].find(
    (bit) => ((taken >>> bit) & 1) === 0,
  );
  if (free === undefined) return 'no bit of the mark is free here; --force takes the risk';
  const bit = `0x${(2 ** free).toString(16)}`;
  return `choose another with mark: — free here is { value: ${bit}, mask: ${bit} }`;
}
