import type { Check, CheckStep, Needs } from '../domain/check-up.ts';
import type { HostConnection } from '../domain/host.ts';
import { describeFailure, type Failure, failureInCommon } from '../domain/outcome.ts';
import { type DoctorLine, judgeCheckUp, modulesFor, toolNames } from '../facts/check-up.ts';
import type { ConnectPart, Session } from '../transport/session.ts';
import type { Surroundings } from './deployment.ts';

const deadlineMs = 60_000;

/** What a check-up needs from outside. */
export type CheckUpSurroundings = Pick<Surroundings, 'connect' | 'randomWord' | 'now'> & {
  /** The text of `node/doctor.sh`. */
  readonly program: string;
  /** Seconds since 1970 by the clock on the wall. */
  readonly wallClockS: () => number;
  /** The last step, where all before it went well; null: none. */
  readonly lastStep: ((session: Session) => Promise<Check>) | null;
};

/** Goes the way to a host step by step and asks it what a push needs; ends at the first step that leads no further. Reads only. */
export async function checkUp(
  host: HostConnection,
  needs: Needs,
  surroundings: CheckUpSurroundings,
): Promise<readonly Check[]> {
  const { connect, now } = surroundings;
  const checks: Check[] = [];
  let sinceMs = now();
  const pass = (step: CheckStep, says: string) => {
    const atMs = now();
    checks.push({ step, verdict: 'fine', says, hint: null, packages: [], tookMs: atMs - sinceMs });
    sinceMs = atMs;
  };
  const fail = (step: CheckStep, failure: Failure) => {
    const says = describeFailure(failure);
    const common = describeFailure(failureInCommon(failure));
    const own = common === says ? {} : { common };
    checks.push({ step, verdict: 'trouble', says, ...own, hint: null, packages: [], tookMs: now() - sinceMs });
    return checks;
  };

  const passed = new Set<ConnectPart>();
  const session = await connect(host, (part) => {
    if (passed.has(part)) return;
    passed.add(part);
    pass(stepOf[part], saysOf(part, host));
  });
  if (!session.ok) return fail(stepWhereItEnded(session.error, passed), session.error);
  const asked = await ask(session.value, needs, surroundings);
  if (asked.failure !== null) {
    await session.value.close();
    if (asked.failure.kind === 'become') pass('shell', `a login shell that runs sh`);
    return fail(asked.failure.kind === 'become' ? 'sudo' : 'shell', asked.failure);
  }
  const [first] = asked.lines;
  const shellMs = first === undefined ? null : first.atMs - sinceMs;
  const says = 'a login shell that runs sh';
  checks.push({ step: 'shell', verdict: 'fine', says, hint: null, packages: [], tookMs: shellMs });
  const nowS = asked.clockReadAtS ?? surroundings.wallClockS();
  checks.push(...judgeCheckUp(asked.lines.slice(1), { needs, sentAtMs: first?.atMs ?? sinceMs, nowS }));
  const { lastStep } = surroundings;
  if (lastStep !== null && checks.every(({ verdict }) => verdict !== 'trouble'))
    checks.push(await lastStep(session.value));
  await session.value.close();
  return checks;
}

type Asked = {
  readonly lines: readonly DoctorLine[];
  readonly clockReadAtS: number | null;
  readonly failure: Failure | null;
};

async function ask(session: Session, needs: Needs, surroundings: CheckUpSurroundings): Promise<Asked> {
  const { now, randomWord, program, wallClockS } = surroundings;
  const token = `@${randomWord()}`;
  const lines: DoctorLine[] = [];
  let clockReadAtS: number | null = null;
  const answer = await session.run({
    program: `token='${token}' modules='${modulesFor(needs).join(' ')}' tools='${toolNames.join(' ')}'\n${program}\nsay begin\nmain\n`,
    deadlineMs,
    onLine: (line) => {
      if (!line.startsWith(`${token} `)) return;
      const text = line.slice(token.length + 1);
      if (text.startsWith('clock ')) clockReadAtS = wallClockS();
      lines.push({ text, atMs: now() });
    },
  });
  if (!answer.ok) return { lines, clockReadAtS, failure: answer.error };
  const isWhole = lines.at(-1)?.text === 'end';
  const message = `its answer ended early: ${answer.value.stderr.trim()}`;
  return { lines, clockReadAtS, failure: isWhole ? null : { kind: 'protocol', message } };
}

const stepOf = { name: 'dns', socket: 'tcp', key: 'kex', login: 'auth' } as const satisfies Record<
  ConnectPart,
  CheckStep
>;

function saysOf(part: ConnectPart, { user, proxyCommand }: HostConnection): string {
  switch (part) {
    case 'name':
      return 'the name is known';
    case 'socket':
      return proxyCommand === null ? 'something listens' : 'by a proxy command';
    case 'key':
      return 'the host key is trusted';
    case 'login':
      return `logged in as ${user}`;
  }
}

/** The step that a failure of connecting belongs to: where its kind does not tell, the one after the last that was passed. */
function stepWhereItEnded(failure: Failure, passed: ReadonlySet<ConnectPart>): CheckStep {
  if (failure.kind === 'auth') return 'auth';
  if (failure.kind === 'host-key' || passed.has('socket')) return passed.has('key') ? 'auth' : 'kex';
  return failure.kind === 'connect' && /ENOTFOUND|EAI_AGAIN/.test(failure.message) ? 'dns' : 'tcp';
}
