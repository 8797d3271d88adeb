import { type Cidr, familyOf } from '../../domain/address.ts';
import type { MarkSetting } from '../../domain/mark-setting.ts';
import type { NetfilterChain } from '../../domain/netfilter.ts';
import { type Fwmark, formatFwmark, mainTable, type PolicyRule } from '../../domain/routing.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/**
 * Marked replies to pods stay on main, all others take the return table. No `from`: which address a reply has here depends on the proxy's
 * mode. Where requests are marked too, what is on its way to pods and nodes stays on main; looked up the other way round, that is what
 * keeps the sources of pods and nodes strict.
 */
export function markRules(
  network: ResolvedNetwork,
  { pods, inside }: { readonly pods: readonly Cidr[]; readonly inside: readonly Cidr[] },
): readonly PolicyRule[] {
  const { fwmark, exceptions, lookup, table } = network.numbers;
  const { family } = network;
  const onMain = marksRequests(network) ? inside : pods;
  return [
    ...onMain
      .filter((cidr) => familyOf(cidr) === family)
      .map((to) => ({ family, priority: exceptions, from: null, to, iif: null, fwmark, table: mainTable })),
    { family, priority: lookup, from: null, to: null, iif: null, fwmark, table },
  ];
}

/**
 * The chains that carry a mark from a request to its replies, for all networks together; none where no network uses marks.
 * OUTPUT restores too, for pods in the host's network. Only replies are marked, since a marked request would leave by the gateway again unless
 * rules keep it on main.
 */
export function markChains(networks: readonly ResolvedNetwork[]): readonly NetfilterChain[] {
  const settings = networks.flatMap((network) =>
    network.pools.map((to) => ({
      to,
      iif: network.device,
      fwmark: network.numbers.fwmark,
      marksRequest: marksRequests(network),
    })),
  );
  return carryingChains(settings, { prerouting: 'MLBROUTE-PREROUTING', output: 'MLBROUTE-OUTPUT' });
}

/** The same for what tasks ask for, in chains of their own. */
export function declaredMarkChains(settings: readonly MarkSetting[]): readonly NetfilterChain[] {
  return carryingChains(settings, { prerouting: 'MLBROUTE-MARKS', output: 'MLBROUTE-MARKS-OUTPUT' });
}

function carryingChains(
  settings: readonly (MarkSetting & { readonly marksRequest?: boolean })[],
  names: { readonly prerouting: string; readonly output: string },
): readonly NetfilterChain[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const ours = settings.filter(({ to }) => familyOf(to) === family).sort((a, b) => a.fwmark.value - b.fwmark.value);
    if (ours.length === 0) return [];
    const restores = [...new Set(ours.map(({ fwmark }) => restoreOnReply(fwmark)))];
    const sets = ours.flatMap(({ to, iif, fwmark, marksRequest }) =>
      ['CONNMARK', ...(marksRequest === true ? ['MARK'] : [])].map(
        (target) => `-d ${to} -i ${iif} -m conntrack --ctdir ORIGINAL -j ${target} --set-xmark ${formatFwmark(fwmark)}`,
      ),
    );
    return [
      { family, table: 'mangle', name: names.output, hook: 'OUTPUT', rules: restores },
      { family, table: 'mangle', name: names.prerouting, hook: 'PREROUTING', rules: [...sets, ...restores] },
    ] as const;
  });
}

/**
 * Under strict-mark a request carries the mark, so that the way back is looked for where its reply will go (`src_valid_mark`). IPv6 has no such
 * check.
 */
function marksRequests({ rpFilter, family }: ResolvedNetwork): boolean {
  return rpFilter === 'strict-mark' && family === 'ipv4';
}

function restoreOnReply(mark: Fwmark): string {
  const mask = `0x${mark.mask.toString(16)}`;
  // iptables-save leaves out a mask of all ones here, though not in CONNMARK's own options (libxt_connmark.c, print_mark).
  const match = mark.mask === 0xffffffff ? `0x${mark.value.toString(16)}` : formatFwmark(mark);
  return `-m conntrack --ctdir REPLY -m connmark --mark ${match} -j CONNMARK --restore-mark --nfmask ${mask} --ctmask ${mask}`;
}
