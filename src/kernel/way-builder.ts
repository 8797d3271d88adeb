import { familyOf, type IpAddress } from '../domain/address.ts';
import type { ExplainedLookUp, Stage, TriedChainRule, Way, WayEnd } from '../domain/explanation.ts';
import { type MarkedPacket, parseChainRule } from './chain-rule.ts';
import { checkSource, isForwarding } from './check-source.ts';
import { explainLookUp } from './explain-look-up.ts';
import { lookUp } from './look-up.ts';
import type { NodeModel } from './node-model.ts';

/**
 * Leads one packet through the node and writes down what happens to it. Each step changes the packet; after one that drops it, all
 * others do nothing. `end` gives the finished way.
 */
export type WayBuilder = {
  readonly packet: () => MarkedPacket;
  readonly conntrack: () => void;
  readonly chains: (table: 'raw' | 'mangle', hook: 'PREROUTING' | 'OUTPUT') => void;
  readonly rewrite: (
    step: Pick<Extract<Stage, { kind: 'rewrite' }>, 'at' | 'by'>,
    change: { readonly from?: IpAddress; readonly to?: IpAddress; readonly mark?: number },
  ) => void;
  /** Routes the packet. Whatever the cause, but for `came-in`, the kernel treats it as made by the node itself. */
  readonly route: (cause: Extract<Stage, { kind: 'routing' }>['cause'], laterFrom?: IpAddress) => void;
  /** Judges the source of a packet that came in; to be called after `route`. */
  readonly checkSource: () => void;
  /** Where the packet ends by its last routing; `delivered` only to what `isPod` knows as a pod's device, and to the node itself. */
  readonly end: (isPod: (device: string) => boolean) => Way;
};

/** Starts the way of a packet as it comes in, or as a program sends it. */
export function openWay({ kernel, chains }: NodeModel, start: MarkedPacket): WayBuilder {
  const stages: Stage[] = [];
  let packet = start;
  let routed: ExplainedLookUp['verdict'] = { kind: 'no-route' };
  let dropped: WayEnd | null = null;
  const unlessDropped =
    <Arguments extends readonly unknown[]>(step: (...args: Arguments) => void) =>
    (...args: Arguments) => {
      if (dropped === null) step(...args);
    };

  return {
    packet: () => packet,
    conntrack: unlessDropped(() => {
      stages.push({ kind: 'conntrack', direction: packet.direction, connmark: packet.connmark });
    }),
    chains: unlessDropped((table, hook) => {
      const called = chains.filter(
        (chain) =>
          chain.table === table &&
          chain.hook === hook &&
          // One of nft is for both.
          (chain.tool === 'nft' || chain.family === familyOf(packet.to)),
      );
      const rules = called.flatMap((chain) => {
        let isLeft = false;
        return chain.rules.flatMap((rule): TriedChainRule[] => {
          if (isLeft) return [];
          const parsed = parseChainRule(rule);
          if (parsed === null) return [{ rule, outcome: 'not-modelled' }];
          if (!parsed.matches(packet)) return [{ rule, outcome: 'mismatch' }];
          packet = { ...packet, ...parsed.change(packet) };
          isLeft = parsed.ends;
          return [{ rule, outcome: 'matches' }];
        });
      });
      const { mark, connmark } = packet;
      stages.push({ kind: 'chains', hook: `${table} ${hook}`, rules, mark, connmark });
    }),
    rewrite: unlessDropped((step, change) => {
      const before = { from: packet.from, to: packet.to };
      packet = { ...packet, ...change };
      const after = { from: packet.from, to: packet.to };
      stages.push({ kind: 'rewrite', ...step, before, after, mark: packet.mark });
    }),
    route: unlessDropped((cause, laterFrom) => {
      const { from, to, mark } = packet;
      const query = { from, to, mark, iif: cause === 'came-in' ? packet.iif : null, oif: null };
      const explained = explainLookUp(query, lookUp(kernel, query));
      stages.push({ kind: 'routing', cause, lookUp: explained, laterFrom: laterFrom ?? null });
      routed = explained.verdict;
      if (routed.kind !== 'route')
        dropped = { kind: 'dropped', by: routed.kind === 'refused' ? routed.as : 'no-route' };
      else if (query.iif !== null && !routed.isLocal && !isForwarding(kernel, query.iif, familyOf(to)))
        dropped = { kind: 'dropped', by: 'no-forwarding' };
    }),
    checkSource: unlessDropped(() => {
      const { from, to, iif, mark } = packet;
      // IPv6 has no such check in the kernel itself.
      if (iif === null || routed.kind !== 'route' || familyOf(to) === 'ipv6') return;
      const leavesBy = routed.isLocal ? null : routed.device;
      const check = checkSource(kernel, { from, to, iif, mark, leavesBy });
      const query = { from: to, to: from, iif: leavesBy, oif: null, mark: check.mark };
      const { all, own } = check.rpFilter;
      const reverse = explainLookUp(query, check.reverse);
      const passes = check.verdict.kind === 'passes';
      const verdict = check.verdict.because;
      stages.push({
        kind: 'source-check',
        device: iif,
        all,
        own,
        hasAddress: check.hasAddress,
        reverse,
        verdict,
        passes,
      });
      if (!passes) dropped = { kind: 'dropped', by: 'rp_filter' };
    }),
    end: (isPod) => ({ from: start.from, to: start.to, iif: start.iif, stages, end: dropped ?? endOf(routed, isPod) }),
  };
}

function endOf(routed: ExplainedLookUp['verdict'], isPod: (device: string) => boolean): WayEnd {
  if (routed.kind !== 'route') return { kind: 'dropped', by: 'no-route' };
  if (routed.isLocal) return { kind: 'delivered', to: 'node' };
  const { device, gateway } = routed;
  return isPod(device) ? { kind: 'delivered', to: 'pod' } : { kind: 'leaves', device, gateway };
}
