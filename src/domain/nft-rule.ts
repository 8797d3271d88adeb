/*
 * The rules of mlbroute's chains are kept as iptables-save(8) prints them. Here they are said in the language of nft(8), and read back from
 * what `nft list table` prints, which differs from what was written: numbers are padded, masks take in the bits that are set.
 */

const all = 0xffffffff;

/** One of mlbroute's own rules for nft; throws for any other. */
export function toNftRule(rule: string): string {
  const forms: readonly (readonly [RegExp, (...found: readonly string[]) => string])[] = [
    [/^-d (\S+)/, (pool = '') => `${pool.includes(':') ? 'ip6' : 'ip'} daddr ${pool}`],
    [/^! -p ipv6-icmp/, () => 'meta l4proto != ipv6-icmp'],
    [/^-i (\S+)/, (device) => `iifname "${device}"`],
    [/^-m conntrack --ctdir (\S+)/, (direction = '') => `ct direction ${direction.toLowerCase()}`],
    [/^-m connmark --mark (\S+) -j CONNMARK --restore-mark --nfmask \S+ --ctmask \S+/, (mark) => restoring(mark)],
    [/^-m rpfilter --invert/, () => 'fib saddr . iif oif missing'],
    [/^-j CONNMARK --set-xmark (\S+)/, (mark) => setting('ct', mark)],
    [/^-j MARK --set-xmark (\S+)/, (mark) => setting('meta', mark)],
    [/^-j (RETURN|DROP)/, (verdict = '') => verdict.toLowerCase()],
  ];
  const words: string[] = [];
  for (let rest = rule; rest !== ''; ) {
    const form = forms.find(([pattern]) => pattern.test(rest));
    const [whole = '', ...found] = form?.[0].exec(rest) ?? [];
    if (form === undefined) throw new Error(`no rule of mlbroute's: ${rule}`);
    words.push(form[1](...found));
    rest = rest.slice(whole.length).trimStart();
  }
  return words.join(' ');
}

/** A rule as `nft list table` prints it, as iptables-save would print it; null where it is none that `toNftRule` makes. */
export function fromNftRule(text: string): string | null {
  const number = '(0x[\\da-f]+)';
  const set = `(?<which>meta|ct) mark set (?:\\k<which> mark (?:& ${number} )?\\| )?${number}`;
  const parts: readonly (readonly [RegExp, (...found: readonly (string | undefined)[]) => string])[] = [
    [
      /^ip6? daddr (\S+)/,
      (pool = '') => `-d ${pool.includes('/') ? pool : `${pool}/${pool.includes(':') ? 128 : 32}`}`,
    ],
    [/^meta l4proto != (?:ipv6-icmp|58)/, () => '! -p ipv6-icmp'],
    [/^iifname "([^"]+)"/, (device) => `-i ${device}`],
    [/^ct direction (original|reply)/, (direction = '') => `-m conntrack --ctdir ${direction.toUpperCase()}`],
    [/^fib saddr \. iif (?:oif|check) missing/, () => '-m rpfilter --invert'],
    [
      // A mask of leading ones is printed as their number: 0x80000000/1.
      new RegExp(`^ct mark (?:& ${number} == )?${number}(?:/(\\d+))? ${set}`),
      (mask, value, ones, which, kept, given) => {
        const test = hexPair(Number(value), mask === undefined ? leadingOnes(Number(ones ?? 32)) : Number(mask));
        const under = maskOf(text, kept, given);
        // Only what is remembered may be restored.
        if (which !== 'meta' || Number(given) !== Number(value)) return unknown;
        return `-m connmark --mark ${test.replace('/0xffffffff', '')} -j CONNMARK --restore-mark --nfmask ${hex(under)} --ctmask ${hex(under)}`;
      },
    ],
    [
      new RegExp(`^${set}`),
      (which, kept, given) =>
        `-j ${which === 'ct' ? 'CONNMARK' : 'MARK'} --set-xmark ${hexPair(Number(given), maskOf(text, kept, given))}`,
    ],
    [/^(return|drop)$/, (verdict = '') => `-j ${verdict.toUpperCase()}`],
  ];
  const words: string[] = [];
  for (let rest = text.trim(); rest !== ''; ) {
    const part = parts.find(([pattern]) => pattern.test(rest));
    const [whole = '', ...found] = part?.[0].exec(rest) ?? [];
    if (part === undefined) return null;
    words.push(part[1](...found));
    rest = rest.slice(whole.length).trimStart();
  }
  return words.includes(unknown) ? null : words.join(' ');
}

const unknown = '?';

function leadingOnes(count: number): number {
  return count === 0 ? 0 : (all << (32 - count)) >>> 0;
}

/** The bits that `& KEPT | GIVEN` decides; without an `|` all of them. */
function maskOf(text: string, kept: string | undefined, given: string | undefined): number {
  if (!/mark set (meta|ct) mark/.test(text)) return all;
  return (~Number(kept ?? all) | Number(given)) >>> 0;
}

function setting(which: 'ct' | 'meta', mark = ''): string {
  const { value, mask } = pairOf(mark);
  if (mask === all) return `${which} mark set ${hex(value)}`;
  return `${which} mark set ${which} mark & ${hex(~mask >>> 0)} | ${hex(value)}`;
}

/** nft cannot copy bits of one mark into another before 1.1; what is copied is known by the test before. */
function restoring(mark = ''): string {
  const { value, mask } = pairOf(mark);
  const test = mask === all ? `ct mark ${hex(value)}` : `ct mark & ${hex(mask)} == ${hex(value)}`;
  return `${test} ${setting('meta', mark)}`;
}

function pairOf(text: string): { readonly value: number; readonly mask: number } {
  const [value, mask] = text.split('/');
  return { value: Number(value), mask: mask === undefined ? all : Number(mask) };
}

function hexPair(value: number, mask: number): string {
  return `${hex(value)}/${hex(mask)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
