import { describe, expect, it } from 'vitest';
import { fromNftRule, toNftRule } from '../../src/domain/nft-rule.ts';

const onVlan = '-d 1.2.3.0/24 -i eth0.100';
const restore = (mark: string, mask: string) =>
  `-m conntrack --ctdir REPLY -m connmark --mark ${mark} -j CONNMARK --restore-mark --nfmask ${mask} --ctmask ${mask}`;

describe('a rule of mlbroute’s', () => {
  // The second form is what nft 1.0.6 prints of the first.
  it.each<[string, string, string]>([
    [
      `${onVlan} -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0x1f00`,
      'ip daddr 1.2.3.0/24 iifname "eth0.100" ct direction original ct mark set ct mark & 0xffffe0ff | 0x100',
      'ip daddr 1.2.3.0/24 iifname "eth0.100" ct direction original ct mark set ct mark & 0xffffe1ff | 0x00000100',
    ],
    [
      `${onVlan} -m conntrack --ctdir ORIGINAL -j MARK --set-xmark 0x100/0x1f00`,
      'ip daddr 1.2.3.0/24 iifname "eth0.100" ct direction original meta mark set meta mark & 0xffffe0ff | 0x100',
      'ip daddr 1.2.3.0/24 iifname "eth0.100" ct direction original meta mark set meta mark & 0xffffe1ff | 0x00000100',
    ],
    [
      '-d 9.8.7.6/32 -i eth1 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0xffffffff',
      'ip daddr 9.8.7.6/32 iifname "eth1" ct direction original ct mark set 0x100',
      'ip daddr 9.8.7.6 iifname "eth1" ct direction original ct mark set 0x00000100',
    ],
    [
      restore('0x100/0x1f00', '0x1f00'),
      'ct direction reply ct mark & 0x1f00 == 0x100 meta mark set meta mark & 0xffffe0ff | 0x100',
      'ct direction reply ct mark & 0x00001f00 == 0x00000100 meta mark set meta mark & 0xffffe1ff | 0x00000100',
    ],
    [
      restore('0x100', '0xffffffff'),
      'ct direction reply ct mark 0x100 meta mark set 0x100',
      'ct direction reply ct mark 0x00000100 meta mark set 0x00000100',
    ],
    [
      restore('0x80000000/0x80000000', '0x80000000'),
      'ct direction reply ct mark & 0x80000000 == 0x80000000 meta mark set meta mark & 0x7fffffff | 0x80000000',
      'ct direction reply ct mark 0x80000000/1 meta mark set meta mark | 0x80000000',
    ],
    [
      `${onVlan} -j RETURN`,
      'ip daddr 1.2.3.0/24 iifname "eth0.100" return',
      'ip daddr 1.2.3.0/24 iifname "eth0.100" return',
    ],
    [
      '-i eth0.100 -m rpfilter --invert -j DROP',
      'iifname "eth0.100" fib saddr . iif oif missing drop',
      'iifname "eth0.100" fib saddr . iif oif missing drop',
    ],
    [
      '-d 2001:db8:1::/64 -i eth0.100 -j RETURN',
      'ip6 daddr 2001:db8:1::/64 iifname "eth0.100" return',
      'ip6 daddr 2001:db8:1::/64 iifname "eth0.100" return',
    ],
    [
      '-d 2001:db8:1::7/128 -i eth0.100 -j RETURN',
      'ip6 daddr 2001:db8:1::7/128 iifname "eth0.100" return',
      'ip6 daddr 2001:db8:1::7 iifname "eth0.100" return',
    ],
    [
      '-i eth0.100 ! -p ipv6-icmp -m rpfilter --invert -j DROP',
      'iifname "eth0.100" meta l4proto != ipv6-icmp fib saddr . iif oif missing drop',
      'iifname "eth0.100" meta l4proto != ipv6-icmp fib saddr . iif oif missing drop',
    ],
  ])('%s', (rule, said, printed) => {
    expect(toNftRule(rule)).toBe(said);
    expect(fromNftRule(printed)).toBe(rule);
    expect(fromNftRule(said)).toBe(rule);
  });

  it.each([
    'ct state new accept',
    'ct direction reply ct mark & 0x00001f00 == 0x00000100 meta mark set meta mark & 0xffffe1ff | 0x00000200',
    'ct direction reply ct mark & 0x00001f00 == 0x00000100 ct mark set ct mark & 0xffffe1ff | 0x00000100',
    'iifname "eth0.100" counter packets 0 bytes 0 drop',
    'drop return',
  ])('is not %s', (printed) => {
    expect(fromNftRule(printed)).toBeNull();
  });

  it('is nothing else', () => {
    expect(() => toNftRule('-p tcp -j ACCEPT')).toThrow('no rule of mlbroute');
  });
});
