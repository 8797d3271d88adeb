import { familyOf } from '../domain/address.ts';
import type { PlanWarning } from '../domain/change.ts';
import { type DesiredState, noState } from '../domain/desired-state.ts';
import type { HostFacts } from '../domain/facts.ts';
import type { Manifest } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { obstacles } from './declared-obstacles.ts';
import type { HostWants } from './host-wants.ts';
import { desiredState } from './metallb-l2/desired-state.ts';
import { declaredMarkChains } from './metallb-l2/mark.ts';
import { chainsFor, netfilterTool } from './metallb-l2/netfilter-tool.ts';
import { routerSettings } from './metallb-l2/router-settings.ts';
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
import { stateOf } from './state-objects.ts';
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
  const state = withMarkChains(withSpeakingLinks(whole), netfilterTool(spec, facts));
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

/**
 * VLANs that packets of IPv6 go over need a link-local address, which neighbor discovery asks from; those that tasks declare get one as those of
 * networks do. What a task says of such a setting counts.
 */
function withSpeakingLinks(state: DesiredState): DesiredState {
  const { routes, rules, marks = [] } = state;
  const devices = new Set<string | null>([
    ...routes.map((route) => (route.family === 'ipv6' && 'device' in route ? route.device : null)),
    ...rules.map(({ family, iif }) => (family === 'ipv6' ? iif : null)),
    ...marks.map(({ to, iif }) => (familyOf(to) === 'ipv6' ? iif : null)),
  ]);
  const links = state.links.map((link) => (devices.has(link.name) ? { ...link, ipv6: true as const } : link));
  return { ...state, links, sysctls: sortSysctls([...routerSettings(links), ...state.sysctls]) };
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
