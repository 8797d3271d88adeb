import { foldHosts } from '../fold.ts';
import { groupBy } from '../group.ts';
import { inCommon, statusWords } from '../outcome-text.ts';
import { type HostReport, isHostBad, stateOf } from '../run-report.ts';
import { codesOf } from './checks.ts';
import { html, type Markup } from './markup.ts';

/** Hosts of which all is the same but their names, addresses and times. `id` is unique on the page. */
export type HostGroup = {
  readonly id: string;
  readonly names: string;
  readonly members: readonly [HostReport, ...HostReport[]];
};

/** Hosts in groups, the worst first; in the order of their names where they fare alike. */
export function groupHosts(hosts: readonly HostReport[]): readonly HostGroup[] {
  return groupBy(hosts, ({ outcome, findings, atReboot = [], plan }) =>
    JSON.stringify([inCommon(outcome), findings, atReboot, plan]),
  )
    .toSorted(([a], [b]) => badness(b) - badness(a))
    .map((members, index) => ({
      ...{ id: `group-${index + 1}`, members },
      names: foldHosts(members.map(({ host }) => host)),
    }));
}

const states = [
  ...(['as described', 'unchanged', 'changed', 'not-started', 'differs', 'unreachable'] as const),
  ...(['failed', 'reverted', 'unknown', 'stranded'] as const),
];

function badness(host: HostReport): number {
  return states.indexOf(stateOf(host));
}

/** A state as people read it, coloured. */
export function stateText(host: HostReport): Markup {
  const state = stateOf(host);
  const words = state === 'as described' || state === 'differs' ? state : statusWords(state);
  return html`<span class="${isHostBad(host) ? 'bad' : 'good'}">${words}</span>`;
}

/** The attributes by which the filter of the page finds hosts of a state with codes. */
export function filterAttributes(hosts: readonly string[], like: HostReport): Markup {
  const names = hosts.map((host) => host.toLowerCase());
  return html`data-hosts="${names.join('\n')}" data-state="${stateOf(like)}" data-codes="${codesOf(like).join(' ')}"`;
}
