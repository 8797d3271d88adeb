import { describe, expect, it } from 'vitest';
import type { ServiceProxy } from '../../../src/domain/facts.ts';
import type { NetworkSpec } from '../../../src/schema/host-spec.ts';
import { chooseReturnPath } from '../../../src/tasks/metallb-l2/choose-return-path.ts';
import { cidr, device, ip, network } from '../example-host.ts';

const home = [{ device: device('eth0'), address: ip('192.168.1.10'), subnet: cidr('192.168.1.0/24') }];

function choose(wish: Partial<NetworkSpec>, kind: ServiceProxy, isAssumed = false) {
  return chooseReturnPath(network(wish), { kind, evidence: 'as seen', isAssumed }, home);
}

describe('what auto chooses', () => {
  const inside = { pools: [cidr('192.168.1.240/28')] };
  const cases: [string, Partial<NetworkSpec>, ServiceProxy, string, RegExp][] = [
    [
      'nothing for a pool in a subnet of the host',
      inside,
      'iptables',
      'none',
      /^the pool lies in eth0's subnet 192\.168\.1\.0\/24:/,
    ],
    ['a link route where there is no gateway', { gateway: null }, 'iptables', 'onlink', /no gateway is given/],
    ['marks with kube-proxy in iptables mode', {}, 'iptables', 'mark', /iptables mode \(as seen\)/],
    ['marks with kube-proxy in nftables mode', {}, 'nftables', 'mark', /nftables mode/],
    ['marks with IPVS', {}, 'ipvs', 'mark', /ipvs mode/],
    ['the source address with Cilium', {}, 'cilium', 'source', /bypasses the mangle chains/],
    ['marks where no proxy was found', {}, 'none', 'mark', /no service proxy was found/],
  ];
  it.each(cases)('is %s', (_title, wish, proxy, returnPath, reason) => {
    expect(choose(wish, proxy)).toMatchObject({ ok: true, value: { returnPath, warnings: [] } });
    expect(choose(wish, proxy)).toMatchObject({ value: { reason: expect.stringMatching(reason) } });
  });

  it('is refused where only some pools lie in a subnet of the host', () => {
    expect(choose({ pools: [cidr('1.2.3.0/24'), cidr('192.168.1.240/28')] }, 'iptables')).toEqual({
      ok: false,
      error: {
        kind: 'refused',
        message: "network public: 192.168.1.240/28 lies in eth0's subnet 192.168.1.0/24, but 1.2.3.0/24 does not",
        hint: 'make two networks of it, or set return_path',
      },
    });
  });
});

describe('a wish that cannot work', () => {
  const cases: [NetworkSpec['returnPath'], ServiceProxy, string, string][] = [
    ['source', 'iptables', 'kube-proxy in iptables mode', 'mark'],
    ['source', 'nftables', 'kube-proxy in nftables mode', 'mark'],
    ['mark', 'cilium', "Cilium's kube-proxy replacement", 'source'],
  ];
  it.each(cases)('%s with %s is refused, with the reason and the way out', (returnPath, proxy, because, instead) => {
    expect(choose({ returnPath }, proxy)).toMatchObject({
      ok: false,
      error: {
        kind: 'refused',
        message: expect.stringContaining(`return_path ${returnPath} does not work with ${because} (as seen)`),
        hint: `return_path: ${instead}, or force: true, or --force return-path`,
      },
    });
  });

  it('onlink beside a gateway is refused, since nothing would lead there', () => {
    expect(choose({ returnPath: 'onlink' }, 'iptables', true)).toMatchObject({
      ok: false,
      error: {
        kind: 'refused',
        message: expect.stringMatching(
          /return_path onlink does not work with a gateway \(1\.2\.3\.1\): .* main's default route \[return-path\]$/,
        ),
        hint: 'return_path: auto, or no gateway, or force: true, or --force return-path',
      },
    });
    expect(choose({ returnPath: 'onlink', force: true }, 'iptables')).toMatchObject({
      ok: true,
      value: { returnPath: 'onlink', warnings: [{ code: 'forced', hint: 'return_path: auto, or no gateway' }] },
    });
  });

  it.each(cases)('%s with %s is done under force: true, with a warning', (returnPath, proxy, because) => {
    expect(choose({ returnPath, force: true }, proxy)).toMatchObject({
      ok: true,
      value: { returnPath, warnings: [{ code: 'forced', message: expect.stringContaining(because) }] },
    });
  });
});

describe('a wish that can work', () => {
  const cases: [NetworkSpec['returnPath'], ServiceProxy, readonly string[]][] = [
    ['source', 'ipvs', []],
    ['source', 'cilium', []],
    ['source', 'none', ['unknown-proxy']],
    ['mark', 'iptables', []],
    ['mark', 'ipvs', []],
    ['none', 'iptables', ['gateway-unused']],
    ['onlink', 'cilium', []],
  ];
  it.each(cases)('%s with %s is done with the warnings %j', (returnPath, proxy, codes) => {
    const choice = choose({ returnPath, ...(returnPath === 'onlink' ? { gateway: null } : {}) }, proxy);
    expect(choice).toMatchObject({
      ok: true,
      value: { returnPath, reason: `asked for by return_path: ${returnPath}` },
    });
    expect(choice.ok && choice.value.warnings.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['a pool in a subnet of the host', { pools: [cidr('192.168.1.240/28')] }],
    ['a pool elsewhere that has no gateway', { gateway: null }],
  ])('none is not doubted for %s', (_, wish) => {
    expect(choose({ returnPath: 'none', ...wish }, 'iptables')).toMatchObject({ ok: true, value: { warnings: [] } });
  });

  it('source is not refused on the mere assumption of iptables mode, only doubted', () => {
    expect(choose({ returnPath: 'source' }, 'iptables', true)).toMatchObject({
      ok: true,
      value: { returnPath: 'source', warnings: [{ code: 'unknown-proxy' }] },
    });
  });
});
