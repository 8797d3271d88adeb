import { describe, expect, it } from 'vitest';
import { tellingWords } from '../../src/domain/rule-family.ts';

/** What a rule is told by, as `WORD family`. */
const told = (rule: string) => tellingWords(rule).map(({ word, family }) => `${word} ${family}`);

describe('A rule of a chain', () => {
  it.each<[string, string]>([
    ['-s 10.0.0.0/8 -j RETURN', '10.0.0.0/8 ipv4'],
    ['! -s 10.0.0.1/32 -j DROP', '10.0.0.1/32 ipv4'],
    ['-d fd00::/8 -j RETURN', 'fd00::/8 ipv6'],
    ['-s 10.0.0.0/255.0.0.0 -j DROP', '10.0.0.0/255.0.0.0 ipv4'],
    ['-m iprange --src-range 2001:db8::1-2001:db8::9 -j DROP', '2001:db8::1-2001:db8::9 ipv6'],
    ['-m iprange --dst-range 10.0.0.1-10.0.0.9 -j DROP', '10.0.0.1-10.0.0.9 ipv4'],
    ['-p tcp -j DNAT --to-destination 192.0.2.1:8080', '192.0.2.1:8080 ipv4'],
    ['-p tcp -j SNAT --to-source 192.0.2.1-192.0.2.9:1024-2048', '192.0.2.1-192.0.2.9:1024-2048 ipv4'],
    ['-p tcp -j DNAT --to-destination [2001:db8::1]:8080', '[2001:db8::1]:8080 ipv6'],
    ['-p tcp -j SNAT --to-source [2001:db8::1-2001:db8::9]:1024-2048', '[2001:db8::1-2001:db8::9]:1024-2048 ipv6'],
    ['-j SNAT --to-source 2001:db8::1', '2001:db8::1 ipv6'],
    ['-p icmp -m icmp --icmp-type 8 -j ACCEPT', 'icmp ipv4, icmp ipv4'],
    ['-p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT', 'ipv6-icmp ipv6, icmp6 ipv6'],
    ['-m hl --hl-lt 5 -j DROP', 'hl ipv6'],
    ['-m ttl --ttl-lt 5 -j DROP', 'ttl ipv4'],
    ['-j HL --hl-set 5', 'HL ipv6'],
    ['-p tcp -j REJECT --reject-with icmp6-port-unreachable', 'icmp6-port-unreachable ipv6'],
    ['-p tcp -j REJECT --reject-with icmp-port-unreachable', 'icmp-port-unreachable ipv4'],
    ['-s 10.0.0.0/8 -d fd00::/8 -j DROP', '10.0.0.0/8 ipv4, fd00::/8 ipv6'],
  ])('%s is told by %s', (rule, words) => {
    expect(told(rule).join(', ')).toBe(words);
  });

  it.each([
    '-p tcp -m tcp --dport 30000:32767 -j DROP',
    '-p tcp -m multiport --dports 80,443,8000:8100 -j DROP',
    '-m mac --mac-source 52:54:00:12:34:56 -j RETURN',
    '-m time --timestart 10:00:00 --timestop 12:30:00 -j DROP',
    '-p tcp -j REJECT --reject-with tcp-reset',
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-m comment --comment "from 10.0.0.1, not \\"fd00::1\\" -p icmp" -j RETURN',
    '-m mark --mark 0x100/0x1f00 -j RETURN',
    '-m hashlimit --hashlimit-upto 5/sec --hashlimit-name a -j RETURN',
    '-m set --match-set pods src -j RETURN',
    '-i icmp -j LOG --log-prefix icmp',
  ])('%s can be for both', (rule) => {
    expect(told(rule)).toEqual([]);
  });
});
