import { type Family, familyWord } from '../domain/address.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { type TellingWord, tellingWords } from '../domain/rule-family.ts';

/** The rules of a chain for one family. */
type FamilyRules = { readonly family: Family; readonly rules: readonly string[] };

/**
 * The rules that a chain has for each family that it is for. A rule that only one family can have is for that one alone; a family without a rule
 * has no chain. Where no family is asked for, it is that of the rules, else IPv4. The error is about the rule at `place`.
 */
export function rulesByFamily(
  rules: readonly string[],
  asked: Family | 'both' | null,
): Result<readonly FamilyRules[], { readonly place: number; readonly message: string; readonly hint: string }> {
  const told = rules.map((rule) => tellingWords(rule));
  const one = asked === 'both' ? null : (asked ?? told.flat()[0]?.family ?? 'ipv4');
  for (const [place, words] of told.entries()) {
    const [first] = words;
    const other = words.find(({ family }) => family !== (one ?? first?.family));
    if (other === undefined) continue;
    // Within a rule they are at odds whatever the chain is for.
    const beside = words.find(({ family }) => family !== other.family);
    if (beside !== undefined) {
      const message = `${isWords(other)}, but ${isWords(beside)}: no packet is both`;
      return err({ place, message, hint: 'write a rule for each' });
    }
    const message = `${isWords(other)}, and the chain is for ${familyWord(one ?? 'ipv4')}`;
    return err({ place, message, hint: 'family: both is for both, with each rule for its own' });
  }
  const families: readonly Family[] = one === null ? ['ipv4', 'ipv6'] : [one];
  const parts = families.map((family) => ({
    family,
    rules: rules.filter((_, place) => (told[place] ?? []).every((word) => word.family === family)),
  }));
  return ok(parts.filter((part) => part.rules.length > 0));
}

function isWords({ word, family }: TellingWord): string {
  return `${word} is ${familyWord(family)}`;
}
