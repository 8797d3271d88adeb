import type { HostPlan, RuntimeChange } from '../../src/domain/change.ts';
import type { NetworkFile } from '../../src/domain/network-file.ts';
import type { Manifest, Observed } from '../../src/domain/observed.ts';
import type { ObservedFile } from '../../src/domain/remote-file.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { hostFacts, iface } from '../tasks/example-host.ts';
import { run, type SimulatedKernel } from './simulated-kernel.ts';

/** A host as far as plans know one: its kernel, the files at managed paths and what was recorded. */
export type SimulatedHost = {
  kernel: SimulatedKernel;
  files: ObservedFile[];
  recorded: Manifest | null;
  readonly networkFiles: readonly NetworkFile[];
};

/** Every program that a push needs. */
export const neededPrograms: readonly string[] = ['ip', 'sysctl', 'systemctl', 'systemd-run', 'sha256sum', 'stat'];

/** What a look at the host tells; later changes of the host do not show in it. */
export function observedOf(host: SimulatedHost): Observed {
  const { kernel, files, recorded, networkFiles } = structuredClone(host);
  return {
    facts: hostFacts({
      programs: neededPrograms,
      interfaces: kernel.links.map(({ addresses, ...link }) => iface(link.name, addresses, link)),
      networkFiles: [
        ...Object.keys(kernel.runFiles).map((path) => ({ path, matchNames: [path.slice(39, -8)] })),
        ...networkFiles,
      ],
    }),
    persisted: files,
    notFiles: [],
    recorded,
    history: [],
    running: {
      vlans: kernel.links.flatMap(({ name, parent, vlanId, mtu }) =>
        parent === null || vlanId === null ? [] : [{ name, parent, id: vlanId, mtu }],
      ),
      routes: kernel.routes,
      rules: kernel.rules,
      chains: kernel.chains,
      sysctls: kernel.sysctls,
      neighbors: kernel.neighbors,
    },
    boot: noBootFiles,
    pending: null,
  };
}

/** Writes the files of a plan and runs all of its commands. */
export function apply(host: SimulatedHost, plan: HostPlan): void {
  const changed = new Set(plan.files.map(({ path }) => path));
  const written = plan.files.flatMap((change): ObservedFile[] => {
    if (change.kind === 'remove') return [];
    const { after } = change;
    return [after.kind === 'symlink' ? after : { ...after, owner: 'root', group: 'root', modifiedAt: 2_000_000_000 }];
  });
  host.files = [...host.files.filter(({ path }) => !changed.has(path)), ...written];
  applySteps(host.kernel, plan.runtime);
}

/** Runs the commands of some steps, in order. */
export function applySteps(kernel: SimulatedKernel, steps: readonly RuntimeChange[]): void {
  for (const command of steps.flatMap((step) => step.apply)) run(kernel, command);
}

/** Takes some steps back, the newest first. As on a host, a chain or a jump that is gone already need not be deleted. */
export function undoSteps(kernel: SimulatedKernel, steps: readonly RuntimeChange[]): void {
  const isGoneAlready = /^(No chain|Bad rule).* -D /;
  for (const command of [...steps].reverse().flatMap((step) => step.undo))
    tolerate(isGoneAlready, () => run(kernel, command));
}

/** Takes back a step that was begun, and of which nobody knows how far it came: as on a host, each of its commands may fail. */
export function undoBegun(kernel: SimulatedKernel, step: RuntimeChange): void {
  for (const command of step.undo) tolerate(/./, () => run(kernel, command));
}

function tolerate(messages: RegExp, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && messages.test(error.message))) throw error;
  }
}

/** The kernel's state in one order, whatever was added when. */
export function stateOf(kernel: SimulatedKernel): unknown {
  const sorted = (entries: readonly unknown[]) => entries.map((entry) => JSON.stringify(entry)).sort();
  const { links, routes, rules, chains, sysctls, neighbors, runFiles } = kernel;
  return {
    // Which of two addresses came first is nobody's wish.
    links: sorted(links.map((link) => ({ ...link, addresses: link.addresses.toSorted() }))),
    neighbors: sorted(neighbors),
    routes: sorted(routes),
    rules: sorted(rules),
    chains: sorted(chains),
    sysctls: Object.entries(sysctls).sort(),
    runFiles,
  };
}
