import { type DesiredState, familyOfDecision } from '../domain/desired-state.ts';
import { sortChains, sortLinks, sortMarks, sortRoutes, sortRules, sortSysctls } from './sort-state.ts';
import { nothing, stateObjects } from './state-objects.ts';

type Objects = Parameters<typeof stateObjects>[0];

/**
 * What a part of a playbook asks for, and beside it all that a host recorded and this part says nothing of. So a push of a part adds and
 * changes, and takes nothing away: what is not asked for any more cannot be told from what the other parts ask for.
 */
export function withRecorded(asked: DesiredState, recorded: DesiredState): DesiredState {
  const names = new Set(stateObjects(asked).map(({ name }) => name));
  const isLeft = (objects: Objects) => !stateObjects(objects).some(({ name }) => names.has(name));
  const links = recorded.links.filter((link) => isLeft({ ...nothing, links: [link] }));
  const routes = recorded.routes.filter((route) => isLeft({ ...nothing, routes: [route] }));
  const rules = recorded.rules.filter((rule) => isLeft({ ...nothing, rules: [rule] }));
  const sysctls = recorded.sysctls.filter((setting) => isLeft({ ...nothing, sysctls: [setting] }));
  const files = merged(asked.files ?? [], recorded.files ?? [], ({ dest }) => dest);
  const marks = sortMarks([
    ...(recorded.marks ?? []).filter((mark) => isLeft({ ...nothing, marks: [mark] })),
    ...(asked.marks ?? []),
  ]);
  const modules = merged(asked.modules ?? [], recorded.modules ?? [], (name) => name);
  const units = merged(asked.units ?? [], recorded.units ?? [], ({ unit }) => unit);
  // Required: whatever else a state comes to have must not be lost here.
  return {
    decisions: merged(
      asked.decisions,
      recorded.decisions,
      (decision) => `${decision.network} ${familyOfDecision(decision)}`,
    ),
    links: sortLinks([...links, ...asked.links]),
    routes: sortRoutes([...routes, ...asked.routes]),
    rules: sortRules([...rules, ...asked.rules]),
    chains: sortChains([...recorded.chains, ...asked.chains]),
    sysctls: sortSysctls([...sysctls, ...asked.sysctls]),
    addresses: merged(asked.addresses ?? [], recorded.addresses ?? [], keyOf),
    neighbors: merged(asked.neighbors ?? [], recorded.neighbors ?? [], keyOf),
    ...(files.length === 0 ? {} : { files }),
    ...(marks.length === 0 ? {} : { marks }),
    ...(modules.length === 0 ? {} : { modules }),
    ...(units.length === 0 ? {} : { units }),
    // Not recorded's: it is for the whole host.
    ...(asked.renderer === undefined ? {} : { renderer: asked.renderer }),
  } satisfies Required<Omit<DesiredState, 'renderer' | 'files' | 'marks' | 'modules' | 'units'>>;
}

/** Sorted by key; of two with one key, the one that is asked for now. */
function merged<T>(asked: readonly T[], recorded: readonly T[], keyOf: (each: T) => string): readonly T[] {
  const byKey = new Map([...recorded, ...asked].map((each) => [keyOf(each), each]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function keyOf({ device, address }: { readonly device: string; readonly address: string }): string {
  return `${device} ${address}`;
}
