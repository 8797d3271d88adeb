import type { Surroundings } from '../deploy/deployment.ts';
import { observe } from '../deploy/observe.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { plainSight } from '../domain/sight.ts';
import { cutSections } from '../facts/sections.ts';
import { type KernelAnswer, parseKernelAnswer } from '../kernel/kernel-answer.ts';

/** What explaining a running node takes. */
export type LiveNode = { readonly observed: Observed; readonly kernel: KernelAnswer };

const routingDeadlineMs = 30_000;

/** Looks at a node over one connection, read-only: what every look brings, and its whole routing. `routing` is the text of node/routing.sh. */
export async function lookAtNode(
  connection: HostConnection,
  routing: string,
  surroundings: Surroundings,
): Promise<Result<LiveNode, Failure>> {
  const session = await surroundings.connect(connection);
  if (!session.ok) return session;
  const observed = await observe(
    session.value,
    { wantsHistory: false, wantsBoot: false, sight: { ...plainSight, ipv6: true }, extending: null },
    surroundings,
  );
  if (!observed.ok) {
    await session.value.close();
    return observed;
  }
  const token = `@${surroundings.randomWord()}`;
  const answered = await session.value.run({
    program: `token='${token}'\n${routing}`,
    deadlineMs: routingDeadlineMs,
    onLine: null,
  });
  await session.value.close();
  if (!answered.ok) return answered;
  const kernel = parseKernelAnswer(cutSections(answered.value.stdout, token));
  return kernel.ok
    ? ok({ observed: observed.value, kernel: kernel.value })
    : err({ kind: 'protocol', message: kernel.error });
}
