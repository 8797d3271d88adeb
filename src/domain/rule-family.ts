import { type Family, familyOf, parseIp } from './address.ts';

/** A word of a rule that is of one family, e.g. an address. */
export type TellingWord = { readonly word: string; readonly family: Family };

/** What an option is followed by in a rule that only one of iptables and ip6tables takes (iptables-extensions(8)). */
const extensions: { readonly [option: string]: { readonly [family in Family]: RegExp } } = {
  '-p': { ipv4: /^icmp$/, ipv6: /^(ipv6-icmp|icmpv6)$/ },
  '-m': { ipv4: /^(icmp|realm|ttl)$/, ipv6: /^(icmp6|dst|eui64|frag|hbh|hl|ipv6header|mh|rt|srh)$/ },
  '-j': { ipv4: /^(CLUSTERIP|ECN|TTL)$/, ipv6: /^(DNPT|HL|SNPT)$/ },
  '--reject-with': { ipv4: /^icmp-/, ipv6: /^icmp6-/ },
};

/**
 * The words of a rule, as iptables-save(8) prints it, that are of one family: addresses, and matches and targets that only one has. None: the
 * rule can be for both. What stands in quotes, such as a comment, tells nothing.
 */
export function tellingWords(rule: string): readonly TellingWord[] {
  const words = withoutQuoted(rule).split(/\s+/);
  return words.flatMap((word, at): readonly TellingWord[] => {
    const only = extensions[words[at - 1] ?? ''];
    if (only?.ipv4.test(word)) return [{ word, family: 'ipv4' }];
    if (only?.ipv6.test(word)) return [{ word, family: 'ipv6' }];
    const [address] = addressesIn(word);
    return address === undefined ? [] : [{ word, family: address }];
  });
}

/** A rule with all its texts empty. */
export function withoutQuoted(rule: string): string {
  return rule.replaceAll(/"(?:\\.|[^"\\])*"/g, '""');
}

/** The families of `ADDRESS`, `ADDRESS/MASK`, `ADDRESS-ADDRESS`, `ADDRESS:PORTS`, `[ADDRESS]:PORTS`, and lists of such. */
function addressesIn(word: string): readonly Family[] {
  return word.split(',').flatMap((part) => {
    const [ends = ''] = part.replace(/^\[([^\]]*)\].*$/, '$1').split('/');
    return ends.split('-').flatMap((end) => {
      const parsed = parseIp(end.replace(/^([\d.]+):\d+$/, '$1'));
      return parsed.ok ? [familyOf(parsed.value)] : [];
    });
  });
}
