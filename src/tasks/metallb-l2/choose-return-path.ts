import { cidrContains } from '../../domain/address.ts';
import type { PlanWarning } from '../../domain/change.ts';
import type { ReturnPath } from '../../domain/desired-state.ts';
import type { Failure } from '../../domain/outcome.ts';
import { err, ok, type Result, unreachable } from '../../domain/result.ts';
import type { NetworkSpec } from '../../schema/host-spec.ts';
import type { HostSubnet } from './host-subnets.ts';
import type { KnownProxy } from './service-proxy.ts';

/** A method with the reason that is printed with every plan. */
export type Choice = {
  readonly returnPath: ReturnPath;
  readonly reason: string;
  readonly warnings: readonly PlanWarning[];
};

/** Decides how replies of a network find their way back on this host, or says why the asked-for way cannot work here. */
export function chooseReturnPath(
  network: NetworkSpec,
  proxy: KnownProxy,
  subnets: readonly HostSubnet[],
): Result<Choice, Failure> {
  return network.returnPath === 'auto'
    ? chooseByFacts(network, proxy, subnets)
    : checkWish(network, network.returnPath, proxy, subnets);
}

function chooseByFacts(
  network: NetworkSpec,
  proxy: KnownProxy,
  subnets: readonly HostSubnet[],
): Result<Choice, Failure> {
  const homes = network.pools.map((pool) => ({ pool, home: subnets.find(({ subnet }) => cidrContains(subnet, pool)) }));
  const inside = homes.flatMap(({ pool, home }) => (home === undefined ? [] : [{ pool, home }]));
  const outside = homes.filter(({ home }) => home === undefined);
  if (inside.length > 0 && outside.length > 0) {
    const message =
      `network ${network.name}: ${inside.map(({ pool, home }) => `${pool} lies in ${home.device}'s subnet ${home.subnet}`).join(', ')}, ` +
      `but ${outside.map(({ pool }) => pool).join(', ')} does not`;
    return refused(message, 'make two networks of it, or set return_path');
  }
  if (inside.length > 0) {
    const places = [...new Set(inside.map(({ home }) => `${home.device}'s subnet ${home.subnet}`))];
    return chosen('none', `the pool lies in ${places.join(' and ')}: main has the way back`);
  }
  if (network.gateway === null) return chosen('onlink', 'no gateway is given: clients are on the link itself');
  return chosen(proxy.kind === 'cilium' ? 'source' : 'mark', reasonFor(proxy));
}

function reasonFor({ kind, evidence }: KnownProxy): string {
  switch (kind) {
    case 'iptables':
    case 'nftables':
      return `kube-proxy is in ${kind} mode (${evidence}): a reply has the pod's address when it is routed, only its connection tells where to`;
    case 'ipvs':
      return `kube-proxy is in ipvs mode (${evidence}): connection marks work there too, and pods need no exception`;
    case 'cilium':
      return `Cilium replaces kube-proxy (${evidence}): it bypasses the mangle chains, and routes replies by the service's address`;
    case 'none':
      return `no service proxy was found (${evidence}): connection marks work with kube-proxy in any mode`;
    default:
      return unreachable(kind);
  }
}

function checkWish(
  network: NetworkSpec,
  wish: ReturnPath,
  proxy: KnownProxy,
  subnets: readonly HostSubnet[],
): Result<Choice, Failure> {
  const reason = `asked for by return_path: ${wish}`;
  const obstacle = obstacleTo(wish, network, proxy);
  if (obstacle === null) return chosen(wish, reason, doubtsAbout(wish, network, proxy, subnets));
  const message = `network ${network.name}: return_path ${wish} does not work with ${obstacle.because}`;
  if (!network.force)
    return refused(`${message} [return-path]`, `${obstacle.instead}, or force: true, or --force return-path`);
  return chosen(wish, `${reason} and force: true`, [{ code: 'forced', message, hint: obstacle.instead }]);
}

function obstacleTo(wish: ReturnPath, { gateway }: NetworkSpec, { kind, evidence, isAssumed }: KnownProxy) {
  if (wish === 'onlink' && gateway !== null)
    return {
      because: `a gateway (${gateway}): it answers clients on the link alone, and replies to those beyond the gateway take main's default route`,
      instead: 'return_path: auto, or no gateway',
    };
  // Only what is known stops a wish: an assumption about an unseen host must not.
  if (isAssumed) return null;
  if (wish === 'source' && (kind === 'iptables' || kind === 'nftables'))
    return {
      because: `kube-proxy in ${kind} mode (${evidence}): a reply still has the pod's address when it is routed, and gets the service's only in POSTROUTING`,
      instead: 'return_path: mark',
    };
  if (wish === 'mark' && kind === 'cilium')
    return {
      because: `Cilium's kube-proxy replacement (${evidence}): its packets bypass the mangle chains that set the mark`,
      instead: 'return_path: source',
    };
  return null;
}

function doubtsAbout(
  wish: ReturnPath,
  { name, gateway, pools }: NetworkSpec,
  { kind, evidence, isAssumed }: KnownProxy,
  subnets: readonly HostSubnet[],
): readonly PlanWarning[] {
  if (wish === 'source' && (kind === 'none' || isAssumed))
    return [
      {
        code: 'unknown-proxy',
        message: `network ${name}: return_path source works only with kube-proxy in ipvs mode or with Cilium, which nobody confirmed (${evidence})`,
        hint: 'say kube_proxy: ipvs or kube_proxy: cilium',
      },
    ];
  // Without a subnet of the host's there is nothing known that a pool could lie in.
  const far = pools.find((pool) => !subnets.some(({ subnet }) => cidrContains(subnet, pool)));
  if (wish === 'none' && gateway !== null && far !== undefined && subnets.length > 0)
    return [
      {
        code: 'gateway-unused',
        message: `network ${name}: return_path none leaves replies to main, and ${far} lies in no subnet of the host: nothing leads them to the gateway ${gateway}`,
        hint: 'return_path: auto, or no gateway',
      },
    ];
  return [];
}

function chosen(
  returnPath: ReturnPath,
  reason: string,
  warnings: readonly PlanWarning[] = [],
): Result<Choice, Failure> {
  return ok({ returnPath, reason, warnings });
}

function refused(message: string, hint: string): Result<Choice, Failure> {
  return err({ kind: 'refused', message, hint });
}
