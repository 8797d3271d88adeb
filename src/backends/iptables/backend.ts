import { iptablesOf } from '../../domain/netfilter.ts';
import type { Backend } from '../backend.ts';
import { type Fragment, type RestoreView, restoreView, type UnitView, unitView } from './views.ts';

const unit = 'mlbroute-iptables.service';
const fileOf = { ipv4: '/etc/mlbroute/iptables.v4', ipv6: '/etc/mlbroute/iptables.v6' };

/** Keeps chains by a fragment for `iptables-restore --noflush`, and one for `ip6tables-restore`, and a unit that loads them at boot. */
export const iptables: Backend = {
  name: 'iptables',
  templates: {
    'iptables.v4.hbs': {
      tables: [{ name: 'mangle', chains: ['MLBROUTE-OUTPUT'], rules: ['-A MLBROUTE-OUTPUT -j RETURN'] }],
    } satisfies RestoreView,
    'iptables.service.hbs': {
      file: fileOf.ipv4,
      families: [
        {
          ...{ tool: 'iptables', file: fileOf.ipv4 },
          jumps: [{ tool: 'iptables', table: 'mangle', hook: 'OUTPUT', chain: 'MLBROUTE-OUTPUT' }],
        },
      ],
    } satisfies UnitView,
  },
  draft: ({ chains }) => {
    const fragments = (['ipv4', 'ipv6'] as const).flatMap((family): Fragment[] => {
      const ours = chains.filter((chain) => chain.tool === undefined && chain.family === family);
      return ours.length === 0 ? [] : [{ tool: iptablesOf(family), file: fileOf[family], chains: ours }];
    });
    if (fragments.length === 0) return [];
    const units = '/etc/systemd/system';
    return [
      ...fragments.map(({ file, chains }) => ({ path: file, template: 'iptables.v4.hbs', view: restoreView(chains) })),
      { path: `${units}/${unit}`, template: 'iptables.service.hbs', view: unitView(fragments) },
      // Relative, so that it also leads there in a tree that was rendered anywhere else.
      { path: `${units}/multi-user.target.wants/${unit}`, target: `../${unit}` },
    ];
  },
};
