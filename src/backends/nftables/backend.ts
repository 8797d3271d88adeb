import { nftHook, nftRules, nftTable } from '../../domain/nft-chain.ts';
import type { Backend } from '../backend.ts';

const unit = 'mlbroute-nftables.service';
const file = '/etc/mlbroute/nftables.nft';

/** A table as nft reads it: `hook` is the line that hangs a chain into the way of packets. */
type TableView = {
  readonly table: string;
  readonly chains: readonly { readonly name: string; readonly hook: string; readonly rules: readonly string[] }[];
};

/** Keeps chains of nft by a file for `nft -f` and a unit that loads it at boot. */
export const nftables: Backend = {
  name: 'nftables',
  templates: {
    'nftables.nft.hbs': {
      table: nftTable,
      chains: [{ name: 'MLBROUTE-OUTPUT', hook: nftHook({ hook: 'OUTPUT', table: 'mangle' }), rules: ['return'] }],
    } satisfies TableView,
    'nftables.service.hbs': { file },
  },
  draft: ({ chains }) => {
    const ours = chains.filter(({ tool }) => tool === 'nft');
    if (ours.length === 0) return [];
    const view: TableView = {
      table: nftTable,
      chains: ours.map((chain) => ({ name: chain.name, hook: nftHook(chain), rules: nftRules(chain) })),
    };
    const units = '/etc/systemd/system';
    return [
      { path: file, template: 'nftables.nft.hbs', view },
      { path: `${units}/${unit}`, template: 'nftables.service.hbs', view: { file } },
      { path: `${units}/multi-user.target.wants/${unit}`, target: `../${unit}` },
    ];
  },
};
