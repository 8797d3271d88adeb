import type { Family } from '../domain/address.ts';
import type { Finding } from '../domain/change.ts';
import { toShell } from '../domain/command.ts';
import { type Decision, familyOfDecision } from '../domain/desired-state.ts';
import type { ObservedInterface } from '../domain/facts.ts';
import type { Failure } from '../domain/outcome.ts';
import type { ProbeAnswer } from '../domain/probe-answer.ts';
import { ok, type Result } from '../domain/result.ts';
import { formatFwmark } from '../domain/routing.ts';
import type { Session } from '../transport/session.ts';
import { type Captured, captureFilter, findingAbout, judgeCapture, parsePassings } from './captured.ts';
import type { Surroundings } from './deployment.ts';

const deadlineMs = 60_000;

/** Addresses for documentation (RFC 5737, RFC 9637): clients that surely lie beyond the gateway. */
const anyClient: { readonly [family in Family]: string } = { ipv4: '203.0.113.1', ipv6: '3fff::1' };

/** What the node answered, and what of it is wrong. */
export type Probed = {
  readonly answers: readonly ProbeAnswer[];
  /** Packets that the check of sources dropped meanwhile, on any interface. */
  readonly drops: number;
  /** Null: nobody watched. */
  readonly captured: readonly Captured[] | null;
  readonly findings: readonly Finding[];
};

/** How long a node watches what passes it, and what is told once it does. */
export type CaptureWish = { readonly seconds: number; readonly onBegun: () => void };

/**
 * Asks the running kernel whether replies of each network would leave by its device and gateway, and whether the gateway answers
 * ARP or neighbor solicitations. One exec.
 */
export async function probe(
  session: Session,
  { decisions, interfaces, capture }: ProbeWish,
  { programs, randomWord }: Surroundings,
): Promise<Result<Probed, Failure>> {
  const token = `@${randomWord()}`;
  const filter = capture === null ? null : captureFilter(decisions);
  const watch = filter === null || capture === null ? [] : [toShell(['capture', String(capture.seconds), filter])];
  const lines = [...decisions.flatMap(probeLines), ...watch];
  const answer = await session.run({
    program: `token='${token}'\n${programs.probe}\nprobes() {\n:\n${lines.join('\n')}\n}\nmain </dev/null\n`,
    deadlineMs: deadlineMs + (capture?.seconds ?? 0) * 1000,
    onLine: (line) => {
      if (line.startsWith(`${token} capture `)) capture?.onBegun();
    },
    shell: 'shared',
  });
  if (!answer.ok) return answer;
  const said = answer.value.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith(`${token} `) ? [line.slice(token.length + 1)] : []));
  if (said.at(-1) !== 'end')
    return { ok: false, error: { kind: 'protocol', message: `the probes ended early: ${answer.value.stderr.trim()}` } };
  const answers = decisions.map((decision, place) => answerOf(decision, place, said));
  const saying = (word: string) =>
    said.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const passed = judgeCapture(decisions, parsePassings(saying('packet')), interfaces);
  const isWatched = saying('capture').includes('begun');
  return ok({
    answers,
    drops: Number(saying('drops')[0] ?? 0),
    captured: isWatched ? passed.captured : null,
    findings: [
      ...decisions.flatMap((decision, i) => judge(decision, answers[i])),
      ...(watch.length === 0 || isWatched ? passed.findings : [unwatched(saying('capture'), saying('packet'))]),
    ],
  });
}

/** What a node is asked about. */
type ProbeWish = {
  readonly decisions: readonly Decision[];
  readonly interfaces: readonly ObservedInterface[];
  /** Null: nobody watches. */
  readonly capture: CaptureWish | null;
};

function unwatched(answers: readonly string[], said: readonly string[]): Finding {
  const isAbsent = answers.includes('absent');
  return {
    ...({ code: 'probe', where: 'network', subject: 'capture' } as const),
    message: isAbsent
      ? 'the host has neither tcpdump nor perl'
      : `nobody can watch: ${said.at(-1) ?? 'it says nothing'}`,
    hint: isAbsent ? 'install the package tcpdump' : 'it takes root, and tcpdump 4.99 or later',
  };
}

/** A decision is known by its place: a network may have two. */
function probeLines(decision: Decision, place: number): readonly string[] {
  const { device, gateway, fwmark } = decision;
  if (device === null || gateway === null) return [];
  const client = anyClient[familyOfDecision(decision)];
  return [
    toShell(['gateway', String(place), device, gateway]),
    // A reply is known by its mark; a source address could only be asked about where the VIP is up on this very host.
    ...(fwmark === null ? [] : [toShell(['reply', String(place), client, 'mark', String(fwmark.value)])]),
  ];
}

function answerOf(decision: Decision, place: number, said: readonly string[]): ProbeAnswer {
  const { network, device, gateway, fwmark } = decision;
  const answerTo = (question: string) =>
    said.find((line) => line.startsWith(`${question} ${place} `))?.slice(`${question} ${place} `.length);
  const reply = fwmark === null ? undefined : answerTo('reply');
  const isStray = reply !== undefined && !(reply.includes(`via ${gateway} `) && reply.includes(`dev ${device} `));
  return {
    network,
    family: familyOfDecision(decision),
    isGatewaySilent: answerTo('gateway')?.startsWith('silent') ?? false,
    strayReply: isStray ? reply : null,
  };
}

/** What to look at where nobody answers. */
const silenceHints: { readonly [family in Family]: string } = {
  ipv4: 'check that the VLAN reaches this port; an interface without an address asks with that of another, which routers with rp_filter=1 or arp_ignore=2 ignore: give it one of its own with address:, or write the gateway’s Ethernet address down with neighbor:',
  ipv6: 'check that the VLAN reaches this port, and that the router has this address there: the link-local one of a router serves as well',
};

function judge(decision: Decision, answer: ProbeAnswer | undefined): readonly Finding[] {
  const { network, device, gateway, fwmark, pools } = decision;
  const family = familyOfDecision(decision);
  const asked = family === 'ipv4' ? 'ARP' : 'neighbor solicitations';
  const finding = findingAbout(network);
  return [
    ...(answer?.isGatewaySilent
      ? [finding(`the gateway ${gateway} does not answer ${asked} on ${device}`, silenceHints[family])]
      : []),
    ...(answer?.strayReply != null && fwmark !== null
      ? [
          finding(
            `a reply from ${pools[0] ?? 'the pool'} (mark ${formatFwmark(fwmark)}) would not leave by ${device} via ${gateway} but: ${answer.strayReply}`,
            'mlbroute audit tells what is missing',
          ),
        ]
      : []),
  ];
}
