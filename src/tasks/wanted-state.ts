import type { PlanWarning } from '../domain/change.ts';
import { type DesiredState, noState } from '../domain/desired-state.ts';
import type { HostFacts } from '../domain/facts.ts';
import type { Manifest } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result, unreachable } from '../domain/result.ts';
import type { LinkSpec } from '../schema/link-schema.ts';
import { type Declared, type HostWants, placeWords } from './host-wants.ts';
import { checkLink, type LinkHost } from './metallb-l2/check-host.ts';
import { desiredState } from './metallb-l2/desired-state.ts';
import { declaredMarkChains } from './metallb-l2/mark.ts';
import { chainsFor, netfilterTool } from './metallb-l2/netfilter-tool.ts';
import {
  sortChains,
  sortFiles,
  sortLinks,
  sortMarks,
  sortRoutes,
  sortRules,
  sortSysctls,
  sortUnits,
} from './sort-state.ts';
import { stateObjects, stateOf } from './state-objects.ts';
import { withRecorded } from './with-recorded.ts';

/**
 * What one host should have: for its networks (see `desiredState`, whose arguments these are), and what tasks declare beside them.
 * Errors: one `refused` for each network and each task that makes no sense on this host, all at once.
 */
export function wantedState(
  { spec, declared, isPart }: HostWants,
  facts: HostFacts | null,
  recorded: Manifest | null,
): Result<{ readonly state: DesiredState; readonly warnings: readonly PlanWarning[] }, readonly Failure[]> {
  const served = desiredState(spec, facts, recorded);
  if (declared.length === 0 && !isPart) return served;
  const networks = served.ok ? served.value.state : noState;
  const states = declared.map(stateOf);
  const asked = {
    ...networks,
    links: sortLinks([...networks.links, ...states.flatMap(({ links }) => links)]),
    routes: sortRoutes([...networks.routes, ...states.flatMap(({ routes }) => routes)]),
    rules: sortRules([...networks.rules, ...states.flatMap(({ rules }) => rules)]),
    sysctls: sortSysctls([...networks.sysctls, ...states.flatMap(({ sysctls }) => sysctls)]),
    chains: sortChains([...networks.chains, ...states.flatMap(({ chains = [] }) => chains)]),
    ...onlyDeclared(states),
  };
  const whole = isPart && recorded !== null ? withRecorded(asked, recorded.desired) : asked;
  const state = withMarkChains(whole, netfilterTool(spec, facts));
  const madeVlans = new Set(recorded?.links ?? []);
  const ownVlans = new Set([...madeVlans, ...state.links.map(({ name }) => name)]);
  const host = facts === null ? null : { spec, facts, ownVlans, madeVlans };
  const failures = [
    ...(served.ok ? [] : served.error),
    ...declared.flatMap((each) => obstacles(each, { networks, state, host })),
  ];
  if (failures.length > 0) return err(failures);
  return ok({ state, warnings: served.ok ? served.value.warnings : [] });
}

/** The chains of marks are for all of them together, whichever tasks of a part or of the record they come from. */
function withMarkChains(state: DesiredState, tool: ReturnType<typeof netfilterTool>): DesiredState {
  const own = chainsFor(tool, declaredMarkChains(state.marks ?? []));
  const names = new Set(['MLBROUTE-MARKS', 'MLBROUTE-MARKS-OUTPUT']);
  const others = state.chains.filter(({ table, name }) => table !== 'mangle' || !names.has(name));
  return { ...state, chains: sortChains([...others, ...own]) };
}

/** What only tasks declare. Where there is none of it, nothing is said: what earlier versions recorded is the same state. */
function onlyDeclared(states: readonly DeclaredParts[]): DeclaredParts {
  const files = sortFiles(states.flatMap((state) => state.files ?? []));
  const modules = [...new Set(states.flatMap((state) => state.modules ?? []))].sort();
  const units = sortUnits(states.flatMap((state) => state.units ?? []));
  const marks = sortMarks(states.flatMap((state) => state.marks ?? []));
  return {
    ...(files.length === 0 ? {} : { files }),
    ...(marks.length === 0 ? {} : { marks }),
    ...(modules.length === 0 ? {} : { modules }),
    ...(units.length === 0 ? {} : { units }),
  };
}

type DeclaredParts = Pick<DesiredState, 'files' | 'marks' | 'modules' | 'units'>;

/** Everything that stands against what one task declares. */
function obstacles(
  declared: Declared,
  {
    networks,
    state,
    host,
  }: { readonly networks: DesiredState; readonly state: DesiredState; readonly host: LinkHost | null },
): readonly Failure[] {
  const refused = (message: string, hint: string | null): Failure => {
    return { kind: 'refused', message: `${placeWords(declared.at)}: ${declared.kind}: ${message}`, hint };
  };
  const wishes = new Map(stateObjects(networks).map(({ name, wish }) => [name, wish]));
  const clashes = stateObjects(stateOf(declared))
    .filter(({ name, wish }) => (wishes.get(name) ?? wish) !== wish)
    .map(({ name }) => refused(`metallb_l2 wants another ${name}`, 'choose another table, priority or name'));
  const link = linkOf(declared);
  const trouble = link === null || host === null ? null : checkLink(link, host);
  const needsIptables = declared.kind === 'iptables' && host !== null && host.facts.iptables === null;
  const isAlone = declared.kind === 'rule' && link === null && state.links.length + state.routes.length === 0;
  return [
    ...clashes,
    ...(trouble === null ? [] : [refused(trouble.message, trouble.hint)]),
    ...(needsIptables ? [refused('the host has no iptables', 'a task package above can install it')] : []),
    ...(isAlone
      ? [refused('there is no link and no route that this rule could come up with', 'declare a route too')]
      : []),
  ];
}

/** The link that must be there for a declaration to make sense; null: any. */
function linkOf(declared: Declared): LinkSpec | null {
  switch (declared.kind) {
    case 'vlan':
      return { kind: 'vlan', ...declared.link };
    case 'route':
      return 'device' in declared.route ? { kind: 'device', device: declared.route.device } : null;
    case 'mark': {
      const [first] = declared.marks;
      return first === undefined ? null : { kind: 'device', device: first.iif };
    }
    case 'iptables':
    case 'sysctl':
    case 'file':
    case 'kernel_module':
    case 'unit':
      return null;
    case 'rule':
      return declared.rule.iif === null ? null : { kind: 'device', device: declared.rule.iif };
    default:
      return unreachable(declared);
  }
}
