import { type Family, familyOf } from '../domain/address.ts';
import type { Finding, HostPlan } from '../domain/change.ts';
import type { Decision, DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import type { ProbeAnswer } from '../domain/probe-answer.ts';
import { type Fwmark, formatFwmark } from '../domain/routing.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';
import { ruleKey, ruleText } from './words.ts';

/** What is known of a host after `verify` asked it. */
export type Evidence = {
  readonly plan: HostPlan;
  readonly desired: DesiredState;
  readonly observed: Observed;
  readonly answers: readonly ProbeAnswer[];
};

/** Why the VIPs of a network would not answer: of all that is wrong, what a packet meets first. One finding for each network in trouble. */
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

function silentGateway({ network, device, gateway }: Decision, { answers }: Evidence): Cause | null {
  if (!answers.some((answer) => answer.network === network && answer.isGatewaySilent)) return null;
  return [`nobody has the address of the gateway ${gateway} on ${device}`, 'check the VLAN on the switch port'];
}

function otherServiceProxy({ network, returnPath, reason }: Decision, { observed }: Evidence): Cause | null {
  const last = observed.recorded?.desired.decisions.find((decision) => decision.network === network)?.returnPath;
  if (last === undefined || last === returnPath) return null;
  return [`the node was set up for return path ${last}, and needs ${returnPath} by now: ${reason}`, 'push again'];
}

function rpFilter({ device }: Decision, { plan }: Evidence): Cause | null {
  const keys = [device, 'all'].map((name) => `sysctl ${ipv4ConfKey(name ?? '', 'rp_filter')} `);
  const change = plan.runtime.find(({ words }) => keys.some((key) => words.startsWith(key)));
  if (change === undefined) return null;
  return [`rp_filter drops requests on ${device}: ${change.words}`, 'nstat -az TcpExtIPReversePathFilter counts them'];
}

function chainLost({ fwmark }: Decision, { plan }: Evidence): Cause | null {
  const change = plan.runtime.find(({ subject, sign }) => subject === 'chain' && sign !== '-');
  if (fwmark === null || change === undefined) return null;
  return [`nothing marks the replies: ${change.words} ${change.sign === '+' ? 'is missing' : 'differs'}`, pushAgain];
}

function emptyTable({ table, pools }: Decision, { observed }: Evidence): Cause | null {
  const isFilled = (family: Family) =>
    observed.running.routes.some(({ route }) => route.table === table && route.family === family);
  const empty = pools.map(familyOf).find((family) => !isFilled(family));
  if (table === null || empty === undefined) return null;
  return [`${empty === 'ipv6' ? 'IPv6 ' : ''}table ${table} is empty: replies take the main table’s way`, pushAgain];
}

function noRule({ table }: Decision, { desired, observed }: Evidence): Cause | null {
  const running = new Set(observed.running.rules.map(({ rule }) => ruleKey(rule)));
  const lost = desired.rules.find((rule) => rule.table === table && !running.has(ruleKey(rule)));
  return lost === undefined ? null : [`${ruleText(lost)} is missing: nothing leads to table ${table}`, pushAgain];
}

/** The probe asks without source and input, so only a rule without such selectors can have taken it. */
function shadowedRule({ network, table, fwmark }: Decision, evidence: Evidence): Cause | null {
  const { desired, observed, answers } = evidence;
  const way = answers.find((answer) => answer.network === network)?.strayReply ?? null;
  const ours = desired.rules.filter((rule) => rule.table === table).map(({ priority }) => priority);
  if (way === null) return null;
  const known = new Set(desired.rules.map(ruleKey));
  const first = [...observed.running.rules]
    .sort((a, b) => a.rule.priority - b.rule.priority)
    .find(
      ({ rule }) =>
        rule.table !== localTable &&
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
