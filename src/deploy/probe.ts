import { firstAddressOf } from '../domain/address.ts';
import type { Finding } from '../domain/change.ts';
import { toShell } from '../domain/command.ts';
import type { Decision } from '../domain/desired-state.ts';
import type { Failure } from '../domain/outcome.ts';
import type { ProbeAnswer } from '../domain/probe-answer.ts';
import { ok, type Result } from '../domain/result.ts';
import { formatFwmark } from '../domain/routing.ts';
import type { Session } from '../transport/session.ts';
import type { Surroundings } from './deployment.ts';

const deadlineMs = 60_000;

/** An address of TEST-NET-3 (RFC 5737): a client that surely lies beyond the gateway. */
const anyClient = '203.0.113.1';

/** What the node answered, and what of it is wrong. */
export type Probed = { readonly answers: readonly ProbeAnswer[]; readonly findings: readonly Finding[] };

/** Asks the running kernel whether replies of each network would leave by its device and gateway, and whether the gateway answers ARP. One exec. */
export async function probe(
  session: Session,
  decisions: readonly Decision[],
  { programs, randomWord }: Surroundings,
): Promise<Result<Probed, Failure>> {
  const token = `@${randomWord()}`;
  const lines = decisions.flatMap((decision) => probeLines(decision));
  const answer = await session.run({
    program: `token='${token}'\n${programs.probe}\nprobes() {\n:\n${lines.join('\n')}\n}\nmain </dev/null\n`,
    deadlineMs,
    onLine: null,
  });
  if (!answer.ok) return answer;
  const said = answer.value.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith(`${token} `) ? [line.slice(token.length + 1)] : []));
  if (said.at(-1) !== 'end')
    return { ok: false, error: { kind: 'protocol', message: `the probes ended early: ${answer.value.stderr.trim()}` } };
  const answers = decisions.map((decision) => answerOf(decision, said));
  return ok({ answers, findings: decisions.flatMap((decision, i) => judge(decision, answers[i])) });
}

function probeLines({ network, device, gateway, fwmark }: Decision): readonly string[] {
  if (device === null || gateway === null) return [];
  return [
    toShell(['gateway', network, device, gateway]),
    // A reply is known by its mark; a source address could only be asked about where the VIP is up on this very host.
    ...(fwmark === null ? [] : [toShell(['reply', network, anyClient, 'mark', String(fwmark.value)])]),
  ];
}

function answerOf({ network, device, gateway, fwmark }: Decision, said: readonly string[]): ProbeAnswer {
  const answerTo = (question: string) =>
    said.find((line) => line.startsWith(`${question} ${network} `))?.slice(question.length + network.length + 2);
  const reply = fwmark === null ? undefined : answerTo('reply');
  const isStray = reply !== undefined && !(reply.includes(`via ${gateway} `) && reply.includes(`dev ${device} `));
  return {
    network,
    isGatewaySilent: answerTo('gateway')?.startsWith('silent') ?? false,
    strayReply: isStray ? reply : null,
  };
}

function judge(
  { network, device, gateway, fwmark, pools }: Decision,
  answer: ProbeAnswer | undefined,
): readonly Finding[] {
  const finding = (message: string, hint: string): Finding => ({
    code: 'probe',
    where: 'network',
    subject: `network ${network}`,
    message,
    hint,
  });
  return [
    ...(answer?.isGatewaySilent
      ? [
          finding(
            `the gateway ${gateway} does not answer ARP on ${device}`,
            'check that the VLAN reaches this port; an interface without an address asks with that of another, which routers with rp_filter=1 or arp_ignore=2 ignore: give it one of its own with address:, or write the gateway’s Ethernet address down with neighbor:',
          ),
        ]
      : []),
    ...(answer?.strayReply != null && fwmark !== null
      ? [
          finding(
            `a reply from ${pools.map(firstAddressOf)[0] ?? 'the pool'} (mark ${formatFwmark(fwmark)}) would not leave by ${device} via ${gateway} but: ${answer.strayReply}`,
            'mlbroute audit tells what is missing',
          ),
        ]
      : []),
  ];
}
