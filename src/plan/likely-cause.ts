import type { Finding, HostPlan } from '../domain/change.ts';
import { type Decision, type DesiredState, familyOfDecision } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import type { ProbeAnswer } from '../domain/probe-answer.ts';
import { type Fwmark, formatFwmark } from '../domain/routing.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';
import { effectiveRpFilter } from './effective-rp-filter.ts';
import { ruleKey, ruleText } from './words.ts';

/** What is known of a host after `verify` asked it. */
export type Evidence = {
  readonly plan: HostPlan;
  readonly desired: DesiredState;
  readonly observed: Observed;
  readonly answers: readonly ProbeAnswer[];
  /** Packets that the check of sources dropped while the node was asked. */
  readonly drops: number;
};

/**
 * Why the VIPs of a network would not answer: of all that is wrong, what a packet meets first. One finding for each family of a
 * network in trouble.
 */
export function likelyCauses(evidence: Evidence): readonly Finding[] {
  return evidence.desired.decisions.flatMap((decision): Finding[] => {
    const cause = causes.map((look) => look(decision, evidence)).find((found) => found !== null);
    if (cause === undefined || cause === null) return [];
    const [message, hint] = cause;
    return [{ code: 'likely-cause', where: 'network', subject: `network ${decision.network}`, message, hint }];
  });
}

type Cause = readonly [message: string, hint: string];
type Look = (decision: Decision, evidence: Evidence) => Cause | null;

const localTable = 255;

const pushAgain = 'mlbroute push brings it back';

/** In the order of a request's way in and its reply's way out. */
const causes: readonly Look[] = [
  parentDown,
  noInterface,
  silentGateway,
  otherServiceProxy,
  rpFilter,
  droppedNow,
  chainLost,
  emptyTable,
  noRule,
  shadowedRule,
  clobberedMark,
  smallMtu,
];

function parentDown({ device }: Decision, { desired, observed }: Evidence): Cause | null {
  const link = desired.links.find(({ name }) => name === device);
  if (link === undefined) return null;
  const parent = observed.facts.interfaces.find(({ name }) => name === link.parent);
  if (parent?.isUp === true) return null;
  const state = parent === undefined ? 'is not there' : 'is down';
  return [`${link.parent}, which ${link.name} hangs on, ${state}`, `ip link show ${link.parent}`];
}

function noInterface({ device }: Decision, { observed }: Evidence): Cause | null {
  const found = observed.facts.interfaces.find(({ name }) => name === device);
  if (device === null || found?.isUp === true) return null;
  return [`${device} ${found === undefined ? 'is not there' : 'is down'}: requests do not come in`, pushAgain];
}

function silentGateway(decision: Decision, { answers }: Evidence): Cause | null {
  const { device, gateway } = decision;
  if (!answers.some((answer) => isAbout(decision, answer) && answer.isGatewaySilent)) return null;
  return [`nobody has the address of the gateway ${gateway} on ${device}`, 'check the VLAN on the switch port'];
}

function otherServiceProxy(decision: Decision, { observed }: Evidence): Cause | null {
  const { network, returnPath, reason } = decision;
  const family = familyOfDecision(decision);
  const last = observed.recorded?.desired.decisions.find((each) => isAbout(each, { network, family }))?.returnPath;
  if (last === undefined || last === returnPath) return null;
  return [`the node was set up for return path ${last}, and needs ${returnPath} by now: ${reason}`, 'push again'];
}

function rpFilter(decision: Decision, { plan }: Evidence): Cause | null {
  if (familyOfDecision(decision) === 'ipv6') return null;
  const { device } = decision;
  const keys = [device, 'all'].map((name) => `sysctl ${ipv4ConfKey(name ?? '', 'rp_filter')} `);
  const change = plan.runtime.find(({ words }) => keys.some((key) => words.startsWith(key)));
  if (change === undefined) return null;
  return [`rp_filter drops requests on ${device}: ${change.words}`, 'nstat -az TcpExtIPReversePathFilter counts them'];
}

/** Where the settings are as described, the check of sources may still drop what comes in by a way that nobody described. */
function droppedNow(decision: Decision, { observed, drops }: Evidence): Cause | null {
  const { device } = decision;
  if (drops === 0 || device === null || familyOfDecision(decision) === 'ipv6') return null;
  const effective = effectiveRpFilter(device, observed.running);
  if (effective === 0) return null;
  return [
    `rp_filter drops packets on this node: ${drops} while it was asked, and on ${device} it is ${effective}`,
    'nstat -az TcpExtIPReversePathFilter counts them; rp_filter: auto or off lets requests in',
  ];
}

function chainLost(decision: Decision, { plan }: Evidence): Cause | null {
  const { fwmark } = decision;
  const isIpv6 = familyOfDecision(decision) === 'ipv6';
  // A chain of nft is for both families.
  const isOf = (words: string) => words.includes(' in nft, ') || words.includes('(IPv6)') === isIpv6;
  const change = plan.runtime.find(({ subject, sign, words }) => subject === 'chain' && sign !== '-' && isOf(words));
  if (fwmark === null || change === undefined) return null;
  return [`nothing marks the replies: ${change.words} ${change.sign === '+' ? 'is missing' : 'differs'}`, pushAgain];
}

function emptyTable(decision: Decision, { observed }: Evidence): Cause | null {
  const { table } = decision;
  const family = familyOfDecision(decision);
  const isFilled = observed.running.routes.some(({ route }) => route.table === table && route.family === family);
  if (table === null || isFilled) return null;
  return [`${family === 'ipv6' ? 'IPv6 ' : ''}table ${table} is empty: replies take the main table’s way`, pushAgain];
}

function noRule(decision: Decision, { desired, observed }: Evidence): Cause | null {
  const running = new Set(observed.running.rules.map(({ rule }) => ruleKey(rule)));
  const lost = rulesOf(decision, desired).find((rule) => !running.has(ruleKey(rule)));
  return lost === undefined ? null : [`${ruleText(lost)} is missing: nothing leads to table ${lost.table}`, pushAgain];
}

/** The rules that lead to a decision's table. */
function rulesOf(decision: Decision, { rules }: DesiredState): DesiredState['rules'] {
  const family = familyOfDecision(decision);
  return rules.filter((rule) => rule.table === decision.table && rule.family === family);
}

function isAbout(decision: Decision, { network, family }: Pick<ProbeAnswer, 'network' | 'family'>): boolean {
  return decision.network === network && familyOfDecision(decision) === family;
}

/** The probe asks without source and input, so only a rule without such selectors can have taken it. */
function shadowedRule(decision: Decision, evidence: Evidence): Cause | null {
  const { fwmark } = decision;
  const { desired, observed, answers } = evidence;
  const way = answers.find((answer) => isAbout(decision, answer))?.strayReply ?? null;
  const family = familyOfDecision(decision);
  const ours = rulesOf(decision, desired).map(({ priority }) => priority);
  if (way === null) return null;
  const known = new Set(desired.rules.map(ruleKey));
  const first = [...observed.running.rules]
    .sort((a, b) => a.rule.priority - b.rule.priority)
    .find(
      ({ rule }) =>
        rule.table !== localTable &&
        rule.family === family &&
        rule.from === null &&
        rule.to === null &&
        rule.iif === null &&
        rule.priority <= Math.min(...ours) &&
        !known.has(ruleKey(rule)) &&
        (rule.fwmark === null || fwmark === null || sharesBits(rule.fwmark, fwmark)),
    );
  const message = first === undefined ? `a reply leaves another way: ${way}` : `${ruleText(first.rule)} comes first`;
  return [message, 'see whose rule it is, and remove it or choose a lower priority:'];
}

function clobberedMark({ fwmark }: Decision, { observed }: Evidence): Cause | null {
  if (fwmark === null) return null;
  const use = observed.facts.others.marks.find(({ does, mask }) => does === 'set' && (mask & fwmark.mask) !== 0);
  if (use === undefined) return null;
  return [`a rule of somebody else writes into mark ${formatFwmark(fwmark)}: ${use.rule}`, 'choose another with mark:'];
}

function smallMtu({ device }: Decision, { desired, observed }: Evidence): Cause | null {
  const link = desired.links.find(({ name }) => name === device);
  const mtu = observed.facts.interfaces.find(({ name }) => name === device)?.mtu;
  if (link === undefined || link.mtu === null || mtu === undefined || mtu === link.mtu) return null;
  return [`${device} has MTU ${mtu}, not ${link.mtu}: what is larger is lost while small packets pass`, pushAgain];
}

function sharesBits(a: Fwmark, b: Fwmark): boolean {
  return (a.value & b.mask & a.mask) === (b.value & a.mask & b.mask);
}
