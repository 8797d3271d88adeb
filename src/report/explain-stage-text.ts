import { type Cidr, cidrContains, type IpAddress } from '../domain/address.ts';
import type { ExplainedLookUp, Stage, TriedChainRule, TriedRule } from '../domain/explanation.ts';
import { unreachable } from '../domain/result.ts';
import { formatSourceCheck } from './explain-source-text.ts';
import type { Palette } from './palette.ts';
import { printableLine } from './printable.ts';

/** What a stage's text depends on beside the stage. */
export type StageText = {
  readonly palette: Palette;
  /** The packet is routed once more further on, after it was rewritten. */
  readonly isRoutedAgain: boolean;
};

/** One stage of a packet's way, its name at the left of the first line. */
export function formatStage(stage: Stage, text: StageText): readonly string[] {
  const [first = '', ...rest] = linesOf(stage, text);
  return [
    `    ${text.palette.cyan(nameOf(stage).padEnd(nameWidth))}  ${first}`,
    ...rest.map((line) => `    ${' '.repeat(nameWidth)}  ${line}`),
  ].map((line) => line.trimEnd());
}

function nameOf(stage: Stage): string {
  switch (stage.kind) {
    case 'chains':
      return stage.hook;
    case 'rewrite':
      return stage.at;
    case 'source-check':
      return 'rp_filter';
    case 'conntrack':
    case 'routing':
      return stage.kind;
    default:
      return unreachable(stage);
  }
}

function linesOf(stage: Stage, text: StageText): readonly string[] {
  switch (stage.kind) {
    case 'conntrack':
      return [
        stage.direction === 'original'
          ? 'a new connection, original direction'
          : `a known connection, reply direction, connection mark ${hex(stage.connmark)}`,
      ];
    case 'chains':
      return chainLines(stage, text);
    case 'rewrite':
      return rewriteLines(stage);
    case 'routing':
      return routingLines(stage, text);
    case 'source-check':
      return formatSourceCheck(stage, text.palette);
    default:
      return unreachable(stage);
  }
}

function chainLines(
  { rules, mark, connmark }: Extract<Stage, { kind: 'chains' }>,
  { palette }: StageText,
): readonly string[] {
  if (rules.length === 0) return ['nothing of mlbroute'];
  return [
    ...rules.map((rule) => chainRuleLine(rule, palette)),
    `now: mark ${hex(mark)}, connection mark ${hex(connmark)}`,
  ];
}

function chainRuleLine({ rule, outcome }: TriedChainRule, palette: Palette): string {
  switch (outcome) {
    case 'matches':
      return `${palette.green('yes')}  ${printableLine(rule)}`;
    case 'mismatch':
      return `no   ${printableLine(rule)}`;
    case 'not-modelled':
      return `?    ${printableLine(rule)}: not understood here, taken as not matching`;
    default:
      return unreachable(outcome);
  }
}

function rewriteLines({ at, by, before, after, mark }: Extract<Stage, { kind: 'rewrite' }>): readonly string[] {
  const changes = [
    ...(before.from === after.from ? [] : [`source ${before.from} → ${after.from}`]),
    ...(before.to === after.to ? [] : [`destination ${before.to} → ${after.to}`]),
  ].join(', ');
  switch (by) {
    case 'service':
      return [
        `${at === 'nat PREROUTING' ? 'kube-proxy' : 'it'} chooses the backend: ${changes}${mark === 0 || at !== 'nat PREROUTING' ? '' : `; mark ${hex(mark)}, to be masqueraded`}`,
      ];
    case 'masquerade':
      return [`masqueraded, so that the reply comes back to this node: ${changes}`];
    case 'un-masquerade':
      return [`the masquerade is taken back: ${changes}`];
    case 'un-service':
      return [`the service's address is put back: ${changes}`];
    case 'nobody':
      return [`kube-proxy: mark ${hex(mark)}, to be masqueraded`];
    default:
      return unreachable(by);
  }
}

function routingLines(
  { cause, lookUp, laterFrom }: Extract<Stage, { kind: 'routing' }>,
  text: StageText,
): readonly string[] {
  const { from, to, iif, mark, rules, verdict } = lookUp;
  const again = {
    'came-in': '',
    sent: '',
    marked: '; once more, for its mark was changed',
    rewritten: '; once more, for it was rewritten',
  };
  return [
    `${from ?? 'no source yet'} → ${to}, ${iif === null ? 'from the node itself' : `in on ${iif}`}, mark ${hex(mark)}${again[cause]}`,
    ...rules.flatMap((rule) => ruleLines(rule, { verdict, laterFrom, text })),
    ...(verdict.kind === 'no-route' ? [text.palette.red('no rule has a route')] : []),
  ];
}

function ruleLines(
  tried: TriedRule,
  {
    verdict,
    laterFrom,
    text,
  }: { readonly verdict: ExplainedLookUp['verdict']; readonly laterFrom: IpAddress | null; readonly text: StageText },
): readonly string[] {
  const { priority, rule, outcome, mismatches } = tried;
  const isChosen = outcome === 'decides';
  const head = `${isChosen ? text.palette.green('yes') : 'no '}  ${String(priority).padStart(5)}  ${printableLine(rule)}`;
  const because = isChosen ? verdictWords(verdict) : reasonOf(tried);
  // Only where nothing else stands against the rule: that is what misleads people.
  const [only, ...others] = mismatches;
  const isHidden =
    only?.selector === 'from' &&
    others.length === 0 &&
    laterFrom !== null &&
    cidrContains(only.wants as Cidr, laterFrom);
  return [
    `${head}: ${because}`,
    ...(isHidden
      ? [
          `            ${text.palette.yellow(`its source becomes ${laterFrom ?? ''} only after this, ${text.isRoutedAgain ? 'and then it is routed again' : 'and it is not routed again'}`)}`,
        ]
      : []),
  ];
}

function reasonOf({ outcome, mismatches, route }: TriedRule): string {
  switch (outcome) {
    case 'mismatch':
      return mismatches.map(({ selector, has }) => (/^[\w./:]+$/.test(has) ? `${selector} is ${has}` : has)).join(', ');
    case 'inverted':
      return 'all of it matches, and the rule says not';
    case 'not-modelled':
      return 'not understood here, taken as not matching';
    case 'no-route':
      return 'no route there';
    case 'throw':
      return `${route ?? ''}: back to the rules`;
    case 'suppressed':
      return `${route ?? ''}: too short a prefix for this rule`;
    case 'goto':
      return 'goes on there';
    case 'goto-nowhere':
      return 'there is no such rule';
    case 'nop':
      return 'does nothing';
    case 'decides':
      return '';
    default:
      return unreachable(outcome);
  }
}

function verdictWords(verdict: ExplainedLookUp['verdict']): string {
  switch (verdict.kind) {
    case 'route':
      return verdict.route;
    case 'refused':
      return `${verdict.as}, by the ${verdict.by}`;
    case 'no-route':
      return 'no route';
    default:
      return unreachable(verdict);
  }
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}

const nameWidth = 'mangle PREROUTING'.length;
