import type { Cluster } from '../cluster/cluster.ts';
import { uncoveredPools } from '../cluster/uncovered-pools.ts';
import { unplacedWarning } from '../domain/diagnostic.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { foldHosts } from '../report/fold.ts';
import { uncoveredPoolLine } from '../report/ndjson.ts';
import type { Io } from './io.ts';
import type { Chosen } from './session.ts';

/** Tells what of the pools of a cluster no network of these hosts covers. True where all are covered. */
export function comparePools(
  cluster: Cluster,
  hosts: Chosen['ofAllShards'],
  { areAll, output }: { readonly areAll: boolean; readonly output: 'text' | 'json' },
  io: Io,
): boolean {
  const described = hosts.map(({ name, wants, deployment }) => ({
    name,
    address: deployment.connection.address,
    pools: wants.spec.networks.flatMap(({ pools }) => pools),
  }));
  const uncovered = uncoveredPools(cluster, described, { areAll });
  if (output === 'json') for (const each of uncovered) io.stdout(uncoveredPoolLine(each));
  const warnings = uncovered.map(({ pool, cidrs, hosts: without }) => {
    const [what, hint] =
      without === null
        ? ['lies in no network of any host', 'add a network with it: nodes that announce it would reply by another way']
        : [
            `may be announced by ${foldHosts(without)}, without a network for it`,
            'give them the network, or see nodeSelectors',
          ];
    return unplacedWarning('pool-uncovered', `pool "${pool}": ${cidrs.join(', ')} ${what}`, hint);
  });
  io.stderr(formatDiagnostics([...cluster.warnings, ...warnings], () => null));
  return uncovered.length === 0;
}
