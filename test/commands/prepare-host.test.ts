import { expect, it } from 'vitest';
import { prepareHost } from '../../src/commands/prepare-host.ts';
import type { HostFacts } from '../../src/domain/facts.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { Manifest, Observed } from '../../src/domain/observed.ts';
import type { NetworkSpec } from '../../src/schema/host-spec.ts';
import { shippedTemplates } from '../backends/scenario.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { neededPrograms } from '../plan/simulated-host.ts';
import { hostFacts, hostSpec, manifest, network } from '../tasks/example-host.ts';

const templates = await shippedTemplates();

/** Why nothing can be planned on a host with these facts; null where it can. */
function refusals(
  networks: readonly NetworkSpec[],
  facts: Partial<HostFacts>,
  recorded: Manifest | null,
): readonly string[] | null {
  const observed: Observed = {
    facts: hostFacts({ programs: neededPrograms, ...facts }),
    ...{ persisted: [], notFiles: [], recorded, history: [], boot: noBootFiles, pending: null },
    running: { vlans: [], routes: [], rules: [], chains: [], sysctls: {} },
  };
  const wants = { spec: hostSpec({ networks }), declared: [], isPart: false };
  const prepared = prepareHost('n1' as HostName, wants, observed, { templates, forced: new Set() });
  return prepared.ok ? null : prepared.error.map((failure) => ('message' in failure ? failure.message : failure.kind));
}

const asBob = { foreignUid: '1001', iptables: null };
const notRoot = 'commands run there with uid 1001, not as root';

it.each<[string, readonly NetworkSpec[], Partial<HostFacts>, Manifest | null, readonly string[] | null]>([
  ['plans for root', [network()], {}, null, null],
  ['says to who is not root that, and none of what follows from it', [network()], asBob, null, [notRoot]],
  ['the same where something is to be taken away', [], asBob, manifest(), [notRoot]],
  ['leaves actions alone to anybody', [], asBob, null, null],
])('%s', (_, networks, facts, recorded, expected) => {
  expect(refusals(networks, facts, recorded)).toEqual(expected);
});
