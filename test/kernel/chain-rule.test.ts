import { describe, expect, it } from 'vitest';
import { type MarkedPacket, parseChainRule } from '../../src/kernel/chain-rule.ts';
import { device, ip } from './lab-node.ts';

const request: MarkedPacket = {
  from: ip('8.8.8.8'),
  to: ip('1.2.3.4'),
  iif: device('eth0.100'),
  direction: 'original',
  mark: 0x4001,
  connmark: 0x2100,
};

describe('a rule of a netfilter chain', () => {
  it.each<[string, Partial<MarkedPacket>, boolean]>([
    ['-d 1.2.3.0/24', {}, true],
    ['-d 1.2.3.0/24', { to: ip('1.2.4.4') }, false],
    ['! -d 1.2.3.0/24', { to: ip('1.2.4.4') }, true],
    ['-s 8.8.8.8/32', {}, true],
    ['! -s 8.8.8.8/32', {}, false],
    ['-i eth0.100', {}, true],
    ['-i eth0.100', { iif: null }, false],
    ['-i eth+', {}, true],
    ['-i cali+', {}, false],
    ['-m conntrack --ctdir ORIGINAL', {}, true],
    ['-m conntrack --ctdir REPLY', {}, false],
    ['-m conntrack --ctstate NEW,RELATED', {}, true],
    ['-m conntrack --ctstate NEW', { direction: 'reply' }, false],
    ['-m connmark --mark 0x100/0x1f00', {}, true],
    ['-m connmark --mark 0x100', {}, false],
    ['-m mark --mark 0x4000/0x4000', {}, true],
    ['-m mark ! --mark 0x4000/0x4000', {}, false],
    ['-d 1.2.3.0/24 -i eth1', {}, false],
    ['-d fd00::/64', { to: ip('fd00::1') }, true],
  ])('%s', (matches, packet, expected) => {
    const rule = parseChainRule(`${matches} -j MARK --set-xmark 0x1/0x1`);
    expect(rule?.matches({ ...request, ...packet })).toBe(expected);
  });

  it.each<[string, number, number]>([
    ['CONNMARK --set-xmark 0x200/0x1f00', 0x4001, 0x2200],
    ['CONNMARK --set-xmark 0x1/0xffffffff', 0x4001, 0x1],
    ['CONNMARK --set-mark 0x200', 0x4001, 0x200],
    ['MARK --set-xmark 0x100/0x1f00', 0x4101, 0x2100],
    ['MARK --set-mark 0x80000000/0x80000000', 0x80004001, 0x2100],
    ['CONNMARK --restore-mark --nfmask 0x1f00 --ctmask 0x1f00', 0x4101, 0x2100],
    ['CONNMARK --restore-mark', 0x2100, 0x2100],
    ['CONNMARK --save-mark --mask 0xff00', 0x4001, 0x4000],
  ])('-j %s', (target, mark, connmark) => {
    expect(parseChainRule(`-j ${target}`)?.change(request)).toEqual({ mark, connmark });
  });

  it('leaves the chain by RETURN, and by nothing else', () => {
    expect(parseChainRule('-i eth0.100 -j RETURN')).toMatchObject({ ends: true });
    expect(parseChainRule('-j RETURN')?.change(request)).toEqual({ mark: 0x4001, connmark: 0x2100 });
    expect(parseChainRule('-j MARK --set-xmark 0x1/0x1')).toMatchObject({ ends: false });
  });

  it.each([
    '-p tcp -j MARK --set-xmark 0x1/0x1',
    '-m set --match-set x dst -j MARK --set-xmark 0x1/0x1',
    '-m statistic --mark 1 -j MARK --set-xmark 0x1/0x1',
    '-j KUBE-SERVICES',
    '-j DROP',
    '-j CONNMARK --restore-mark --frobnicate 1',
    '-m comment --comment text',
  ])('says that it does not understand %s', (text) => {
    expect(parseChainRule(text)).toBeNull();
  });
});
