import type { NetfilterChain } from '../../src/domain/netfilter.ts';
import { mainTable, type PolicyRule } from '../../src/domain/routing.ts';
import { cidr, rule } from './lab-node.ts';

/** A way to bring replies back: its rules and chains. */
export type Method = { readonly rules: readonly PolicyRule[]; readonly chains: readonly NetfilterChain[] };

const pool = cidr('1.2.3.0/24');
const pods = cidr('10.112.0.0/12');
const fwmark = { value: 0x100, mask: 0x100 };

const set = `-d ${pool} -i eth0.100 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0x100`;
const restore = '-j CONNMARK --restore-mark --nfmask 0x100 --ctmask 0x100';
const restoreOnReply = `-m conntrack --ctdir REPLY -m connmark --mark 0x100/0x100 ${restore}`;

const prerouting = chain('PREROUTING', [set, restoreOnReply]);
const bySource = rule(110, { from: pool });
const byMark = rule(110, { fwmark });

/** The methods that were tried in the lab with real packets, by the names they have there. */
export const methods: { readonly [name: string]: Method } = {
  'M0, nothing': { rules: [], chains: [] },
  'M1, by source': { rules: [bySource], chains: [] },
  'M2, by source, but pods by main': {
    rules: [rule(100, { from: pool, to: pods, table: mainTable }), bySource],
    chains: [],
  },
  'M5, by mark': { rules: [byMark], chains: [prerouting, chain('OUTPUT', [restoreOnReply])] },
  'M6, by mark, but not in OUTPUT': { rules: [byMark], chains: [prerouting] },
  'M8, by mark, in OUTPUT requests too': { rules: [byMark], chains: [prerouting, chain('OUTPUT', [restore])] },
  'M9, by mark, but pods by main': {
    rules: [rule(100, { fwmark, to: pods, table: mainTable }), byMark],
    chains: [prerouting, chain('OUTPUT', [restoreOnReply])],
  },
};

function chain(hook: NetfilterChain['hook'], rules: readonly string[]): NetfilterChain {
  return { family: 'ipv4', table: 'mangle', name: `MLBROUTE-${hook}`, hook, rules };
}
