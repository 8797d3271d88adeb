import { isOwnPath } from '../../domain/declared-file.ts';
import type { DesiredState } from '../../domain/desired-state.ts';
import { iptablesOf } from '../../domain/netfilter.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';

/** Chains that have our names although nothing on the host says that mlbroute was ever here, and that a push would replace. */
export function chainCollisions(
  { chains }: DesiredState,
  { running, recorded, persisted }: Observed,
): readonly Obstacle[] {
  if (recorded !== null || persisted.some(({ path }) => isOwnPath(path))) return [];
  return running.chains
    .filter((found) => {
      const wanted = chains.find(
        ({ name, table, family }) => name === found.name && table === found.table && family === found.family,
      );
      return wanted === undefined || JSON.stringify(wanted.rules) !== JSON.stringify(found.rules);
    })
    .map(({ name, table, family, tool, rules }) => ({
      code: 'chain-in-use',
      message: `chain ${name} is in ${table}${family === 'ipv6' ? ' (IPv6)' : ''} already, with ${rules.length === 1 ? '1 rule' : `${rules.length} rules`}, and no push of mlbroute is on record here`,
      hint: `see whose it is: ${tool === 'nft' ? 'nft list table inet mlbroute' : `${iptablesOf(family)}-save -t ${table}`}; --force chain-in-use replaces it`,
    }));
}
