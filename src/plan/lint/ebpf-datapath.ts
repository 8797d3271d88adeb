import type { DesiredState } from '../../domain/desired-state.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import { formatFwmark } from '../../domain/routing.ts';

/** The pair of interfaces that Calico makes for its eBPF dataplane; the second name is that of releases before 3.26. */
const signs: readonly string[] = ['bpfin.cali', 'bpfnatin'];

/** Calico's eBPF programs handle services before netfilter sees the packets. Cilium's is found when the return path is chosen. */
export function ebpfDatapath({ decisions }: DesiredState, { interfaces }: HostFacts): readonly Obstacle[] {
  const sign = interfaces.find(({ name }) => signs.includes(name));
  const marked = decisions.flatMap(({ network, fwmark }) => (fwmark === null ? [] : [{ network, fwmark }]));
  if (sign === undefined) return [];
  return marked.map(({ network, fwmark }) => ({
    code: 'ebpf-datapath',
    message: `network ${network}: return_path mark cannot work with Calico's eBPF dataplane (interface ${sign.name}): its packets bypass the mangle chains that set the mark`,
    hint: `Calico can set the mark itself: bpfExtToServiceConnmark: 0x${fwmark.value.toString(16)} in FelixConfiguration (${formatFwmark(fwmark)} here), then --force ebpf-datapath`,
  }));
}
