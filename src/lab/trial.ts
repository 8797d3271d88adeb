import { probeCaptured } from './capture.ts';
import type { Lab } from './lab-state.ts';
import { exec } from './node-shell.ts';
import { type LabService, labServices } from './services.ts';

/** One way a service is asked for, and what came of it. */
export type Trial = {
  /** The node that announces the service. */
  readonly node: string;
  readonly case: TrialCase;
  /** The right server answered, and the reply left the way it should. */
  readonly passed: boolean;
  /** What was seen on the wire, in a few words. */
  readonly seen: string;
};

/** The article's cases: 1 same subnet, 2 on link, 3 by another gateway for each kind of backend, 4 from inside the cluster. */
export const trialCases = [
  '1 same subnet',
  '2 on link',
  '3 outside, Local',
  '3 outside, Cluster, own pod',
  "3 outside, Cluster, other node's pod",
  '3 outside, hostNetwork',
  '4 from pods and nodes',
] as const;

export type TrialCase = (typeof trialCases)[number];

/** Which case a service stands for. Services of the second network are no part of the trial. */
const caseOf: Partial<Record<LabService['kind'], TrialCase>> = {
  'same-subnet': '1 same subnet',
  'on-link': '2 on link',
  local: '3 outside, Local',
  'cluster-local': '3 outside, Cluster, own pod',
  'cluster-remote': "3 outside, Cluster, other node's pod",
  'host-network': '3 outside, hostNetwork',
};

/** Whether a case works before anything is configured: the others are what mlbroute is for. */
export function worksUnconfigured(trialCase: TrialCase): boolean {
  return trialCase === '1 same subnet' || trialCase === '4 from pods and nodes';
}

/** Asks for every service in every way, with real packets, and looks at the wire. In the order of nodes and cases. */
export async function runTrials(lab: Lab): Promise<readonly Trial[]> {
  const services = labServices(lab.nodes);
  const perNode = await Promise.all(
    lab.nodes.map(async (node) => {
      const own = services.filter((service) => service.announcedBy === node.name && caseOf[service.kind] !== undefined);
      const outside = await Promise.all(own.map((service) => tryFromOutside(lab, service)));
      return [...outside, await tryFromInside(lab, node.name, own)];
    }),
  );
  const order = (trial: Trial) => trialCases.indexOf(trial.case);
  return perNode.flatMap((trials) => [...trials].sort((a, b) => order(a) - order(b)));
}

async function tryFromOutside(lab: Lab, service: LabService): Promise<Trial> {
  const isLocal = service.kind === 'same-subnet' || service.kind === 'on-link';
  const result = await probeCaptured(lab, { from: isLocal ? 'onlink' : 'client', vip: service.vip });
  const { repliesTagged: tagged, repliesUntagged: untagged } = result;
  const isAnswered = result.ok && result.answer.startsWith(`${service.answers} `);
  const isRightWay = isLocal ? tagged === 0 && untagged > 0 : tagged > 0 && untagged === 0 && result.vlan === 100;
  return {
    node: service.announcedBy,
    case: caseOf[service.kind] ?? '1 same subnet',
    passed: isAnswered && isRightWay,
    seen: `${isAnswered ? 'answered' : 'no answer'}, ${wayOf(tagged, untagged, result.vlan)}`,
  };
}

function wayOf(tagged: number, untagged: number, vlan: number | undefined): string {
  if (tagged + untagged === 0) return 'no reply on the wire';
  if (tagged > 0 && untagged > 0) return 'replies both tagged and untagged';
  return tagged > 0 ? `reply tagged ${vlan}` : 'reply untagged';
}

/** From a pod and from the host itself, on the announcing node and on another. One shell per node asks for all: a guest starts programs slowly. */
async function tryFromInside(lab: Lab, node: string, services: readonly LabService[]): Promise<Trial> {
  const other = lab.nodes.find(({ name }) => name !== node)?.name ?? node;
  const asked = services.filter(({ kind }) => kind !== 'same-subnet' && kind !== 'on-link');
  const script = asked
    .flatMap(({ vip, port }) =>
      ['ip netns exec p2 ', ''].map(
        (place) =>
          `printf '%s ' ${vip}; ${place}socat -u -T2 TCP4:${vip}:${port},connect-timeout=2 STDOUT 2>/dev/null || echo`,
      ),
    )
    .join('\n');
  const answers = await Promise.all([...new Set([node, other])].map((from) => exec(lab, from, script)));
  const right = answers
    .flatMap(({ stdout }) => stdout.split('\n'))
    .filter((line) => asked.some(({ vip, answers: expected }) => line.startsWith(`${vip} ${expected} `))).length;
  const questions = 2 * asked.length * answers.length;
  return {
    node,
    case: '4 from pods and nodes',
    passed: right === questions,
    seen: `${right} of ${questions} answered`,
  };
}
