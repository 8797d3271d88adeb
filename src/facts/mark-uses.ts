import type { MarkUse } from '../domain/other-uses.ts';

const all = 0xffffffff;

/**
 * Finds the marks in rules of others: lines of `iptables-save` and of `nft list table` that have one. Chains of mlbroute are left out; a line
 * may use several marks. Sources: iptables-extensions(8), nft(8).
 */
export function parseMarkUses(text: string): readonly MarkUse[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith(':') && !line.includes('MLBROUTE-'))
    .flatMap((rule) => [...iptablesUses(rule), ...nftUses(rule)].map((use) => ({ ...use, rule })));
}

type Use = Omit<MarkUse, 'rule'>;

function iptablesUses(rule: string): readonly Use[] {
  if (!rule.startsWith('-A ')) return [];
  const tests = Array.from(
    rule.matchAll(/-m (conn)?mark (?:! )?--mark (\S+)/g),
    ([, conn, mark = '']): Use => ({ of: conn === undefined ? 'packet' : 'connection', does: 'test', ...pair(mark) }),
  );
  const target = /-j (CONN)?MARK --set-xmark (\S+)/.exec(rule);
  const copy = /-j CONNMARK --(save|restore)-mark --nfmask (\S+) --ctmask (\S+)/.exec(rule);
  const sets: Use[] = [];
  if (target !== null) {
    const { value, mask } = pair(target[2] ?? '');
    // Bits of the value are turned round, those of the mask cleared before.
    sets.push(set(target[1] === undefined ? 'packet' : 'connection', (value | mask) >>> 0));
  }
  if (copy !== null)
    sets.push(copy[1] === 'save' ? set('connection', Number(copy[3])) : set('packet', Number(copy[2])));
  return [...tests, ...sets];
}

function nftUses(rule: string): readonly Use[] {
  if (rule.startsWith('-A ')) return [];
  const sets = Array.from(rule.matchAll(nftSet), ([, to, from, kept, changed]): Use => {
    const keepsSome = from === to && (kept !== undefined || changed !== undefined);
    return set(ofNft(to), keepsSome ? (~Number(kept ?? all) | Number(changed ?? 0)) >>> 0 : all);
  });
  const tests = Array.from(rule.replaceAll(nftSet, '').matchAll(nftTest)).flatMap(([, of, mask, values = '']) =>
    Array.from(
      values.matchAll(/0x[\da-f]+/g),
      ([value]): Use => ({
        of: ofNft(of),
        does: 'test',
        value: Number(value),
        mask: mask === undefined ? all : Number(mask),
      }),
    ),
  );
  return [...sets, ...tests];
}

// As nft prints them, whatever way they were written: numbers of marks in hexadecimal.
const nftSet = /\b(meta|ct) mark set (?:(meta|ct) mark)?(?: & (0x[\da-f]+))?(?: [|^] (0x[\da-f]+))?/g;
const nftTest = /\b(meta|ct) mark (?:& (0x[\da-f]+) )?(?:[!=]= |vmap )?(\{[^}]*\}|0x[\da-f]+)/g;

function ofNft(word: string | undefined): Use['of'] {
  return word === 'ct' ? 'connection' : 'packet';
}

function set(of: Use['of'], mask: number): Use {
  return { of, does: 'set', value: 0, mask };
}

function pair(text: string): { readonly value: number; readonly mask: number } {
  const [value, mask] = text.split('/');
  return { value: Number(value), mask: mask === undefined ? all : Number(mask) };
}
