import type { Backend } from '../backend.ts';
import { jumpsView, type RestoreView, restoreView, type UnitView } from './views.ts';

const unit = 'mlbroute-iptables.service';
const restoreFile = '/etc/mlbroute/iptables.v4';

/** Keeps chains by a fragment for `iptables-restore --noflush` and a unit that loads it at boot. */
export const iptables: Backend = {
  name: 'iptables',
  templates: {
    'iptables.v4.hbs': {
      tables: [{ name: 'mangle', chains: ['MLBROUTE-OUTPUT'], rules: ['-A MLBROUTE-OUTPUT -j RETURN'] }],
    } satisfies RestoreView,
    'iptables.service.hbs': {
      file: restoreFile,
      jumps: [{ table: 'mangle', hook: 'OUTPUT', chain: 'MLBROUTE-OUTPUT' }],
    } satisfies UnitView,
  },
  draft: ({ chains: all }) => {
    const chains = all.filter(({ tool }) => tool === undefined);
    if (chains.some(({ family }) => family !== 'ipv4')) throw new Error('the iptables backend keeps only IPv4 chains');
    if (chains.length === 0) return [];
    const units = '/etc/systemd/system';
    return [
      { path: restoreFile, template: 'iptables.v4.hbs', view: restoreView(chains) },
      { path: `${units}/${unit}`, template: 'iptables.service.hbs', view: jumpsView(restoreFile, chains) },
      // Relative, so that it also leads there in a tree that was rendered anywhere else.
      { path: `${units}/multi-user.target.wants/${unit}`, target: `../${unit}` },
    ];
  },
};
