import type { Explained, Explanation, ServiceWay, Way, WayEnd } from '../domain/explanation.ts';
import { unreachable } from '../domain/result.ts';
import { formatStage } from './explain-stage-text.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printableLine } from './printable.ts';
import { wrapLine } from './wrap.ts';

/** How to print an explanation. */
export type ExplainTextOptions = {
  readonly color: boolean;
  /** Infinity for no limit. */
  readonly columns: number;
};

/**
 * The way of packets through a node in plain language: first how it ends for each kind of backend, then stage by stage. Of a node that
 * was asked, also what a push would change about it. Ends with a line feed.
 */
export function formatExplanation(explanation: Explanation, options: ExplainTextOptions): string {
  const palette = paletteOf(options);
  const { explained, desired } = explanation;
  const blocks = [
    headLines(explanation, palette),
    ...(explained.kind === 'service' ? [summaryLines(explained.backends, palette)] : []),
    ...wayBlocks(explained, palette),
    ...(explanation.basis === 'observed' ? afterPushBlocks(explanation, desired, palette) : []),
  ];
  const fit = (line: string) =>
    line
      .split('\n')
      .map((each) => wrapLine(each, options.columns))
      .join('\n');
  return `${blocks.map((lines) => lines.map(fit).join('\n')).join('\n\n')}\n`;
}

function headLines(explanation: Explanation, palette: Palette): readonly string[] {
  const { host, basis, from, to, network, networkOfTo, serviceProxy, assumptions, explained } = explanation;
  const subject =
    explained.kind === 'service' ? `a service at ${from} and its replies to ${to}` : `a packet from ${from} to ${to}`;
  const based = basis === 'desired' ? 'as it would be after a push; no host was asked' : 'as the node is now';
  const gateway = network?.gateway == null ? '' : `, replies must leave by ${network.gateway}`;
  return [
    `${palette.bold(printableLine(host))}: ${subject}, ${based}`,
    ...(network === null
      ? [
          `  network: ${from} is in no pool`,
          ...(networkOfTo === null
            ? []
            : [
                `    ${to} is in one of ${networkOfTo}: --from ${to} --to ${from} explains requests to it and their replies`,
              ]),
        ]
      : [
          `  network ${palette.cyan(network.name)}: return path ${network.returnPath}; requests come in on ${network.device}${gateway}`,
        ]),
    `  service proxy: ${proxyName(serviceProxy.kind)} (${printableLine(serviceProxy.evidence)})`,
    ...(assumptions.length === 0 ? [] : ['  assumed:', ...assumptions.map((text) => `    - ${printableLine(text)}`)]),
  ];
}

function summaryLines(ways: readonly ServiceWay[], palette: Palette): readonly string[] {
  return ways.map(
    (way) => `  ${verdictMark(way, palette)} ${backendName(way.backend).padEnd(backendWidth)}  ${verdictWords(way)}`,
  );
}

function wayBlocks(explained: Explained, palette: Palette): readonly (readonly string[])[] {
  if (explained.kind === 'packet') return [wayLines('Packet', explained.way, palette)];
  return explained.backends.flatMap((way) => [
    [`${palette.bold(`Backend: ${backendName(way.backend)}`)}: ${verdictWords(way)}`],
    wayLines('Request', way.request, palette),
    ...(way.reply === null ? [] : [wayLines('Reply', way.reply, palette)]),
  ]);
}

/** Only what a push would make different is printed in full. */
function afterPushBlocks(
  { explained, refusals }: Explanation,
  desired: Explained | null,
  palette: Palette,
): readonly (readonly string[])[] {
  if (desired === null)
    return [[palette.yellow('A push would be refused here:'), ...refusals.map((text) => `  ${printableLine(text)}`)]];
  if (explained.kind === 'packet' || desired.kind === 'packet')
    return JSON.stringify(endsOf(explained)) === JSON.stringify(endsOf(desired))
      ? [['After a push: the same.']]
      : [[palette.yellow('After a push it would be different:')], ...wayBlocks(desired, palette)];
  const changed = desired.backends.filter((way) => {
    const now = explained.backends.find(({ backend }) => backend === way.backend);
    return now === undefined || JSON.stringify(serviceEnds(now)) !== JSON.stringify(serviceEnds(way));
  });
  if (changed.length === 0) return [['After a push: the same for every backend.']];
  return [
    [palette.yellow('After a push it would be different:'), ...summaryLines(desired.backends, palette)],
    ...wayBlocks({ kind: 'service', backends: changed }, palette),
  ];
}

function endsOf(explained: Explained): unknown {
  return explained.kind === 'packet' ? explained.way.end : explained.backends.map(serviceEnds);
}

function serviceEnds({ verdict, request, reply }: ServiceWay): unknown {
  return [verdict, request.end, reply?.end ?? null];
}

function wayLines(title: string, way: Way, palette: Palette): readonly string[] {
  const arrival = way.iif === null ? 'made by the node itself' : `comes in on ${way.iif}`;
  return [
    `  ${palette.bold(title)} ${way.from} → ${way.to}, ${arrival}`,
    ...way.stages.flatMap((stage, index) =>
      formatStage(stage, { palette, isRoutedAgain: way.stages.slice(index + 1).some(isRerouting) }),
    ),
    `    → ${endWords(way.end)}`,
  ];
}

function isRerouting(stage: Way['stages'][number]): boolean {
  return stage.kind === 'routing' && stage.cause === 'rewritten';
}

function verdictMark({ verdict }: ServiceWay, palette: Palette): string {
  return verdict === 'same-way' ? palette.green('ok   ') : palette.red('wrong');
}

function verdictWords({ verdict, request, reply }: ServiceWay): string {
  const end = endWords((reply ?? request).end);
  switch (verdict) {
    case 'same-way':
      return `the reply ${end}, the way the request came`;
    case 'other-way':
      return `the reply ${end}, not the way the request came`;
    case 'reply-dropped':
      return `the reply ${end}`;
    case 'request-lost':
      return `the request does not arrive: it ${end}`;
    default:
      return unreachable(verdict);
  }
}

function endWords(end: WayEnd): string {
  switch (end.kind) {
    case 'delivered':
      return end.to === 'pod' ? 'reaches the pod' : 'is for the node itself';
    case 'leaves':
      return `leaves by ${end.device}${end.gateway === null ? '' : ` via ${end.gateway}`}`;
    case 'dropped':
      if (end.by === 'no-forwarding') return 'is dropped: the device it came in by does not forward';
      return end.by === 'no-route'
        ? 'is dropped: there is no route'
        : `is dropped by ${end.by === 'rp_filter' ? 'rp_filter' : `a route or rule of type ${end.by}`}`;
    default:
      return unreachable(end);
  }
}

function backendName(backend: ServiceWay['backend']): string {
  switch (backend) {
    case 'local-pod':
      return 'pod on this node, policy Local';
    case 'cluster-own-pod':
      return 'pod on this node, policy Cluster';
    case 'cluster-remote-pod':
      return 'pod on another node, policy Cluster';
    case 'host-network':
      return "pod in the host's network";
    default:
      return unreachable(backend);
  }
}

function proxyName(kind: string): string {
  if (kind === 'none') return 'none found, explained as kube-proxy in iptables mode';
  return kind === 'cilium' ? 'Cilium in place of kube-proxy' : `kube-proxy in ${kind} mode`;
}

const backendWidth = 'pod on another node, policy Cluster'.length;
