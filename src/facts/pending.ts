import type { PendingTransaction } from '../domain/observed.ts';
import { keyedLines } from './sections.ts';

/** The timer reads the deadline once a second and then needs a moment to undo; this long after it, it is not going to happen. */
const overdueS = 15;

/** A transaction that shows no sign of life for this long before it is armed has lost its program. */
const idleS = 30;

/** Parses what `node/observe.sh` says of an open transaction; null where there is none. `bootId` is the host's present one. */
export function parsePending(section: string, bootId: string): PendingTransaction | null {
  const lines = keyedLines(section);
  const answerTo = (key: string) => lines.find((line) => line.key === key)?.rest ?? null;
  const numberOf = (key: string) => (answerTo(key) === null ? null : Number(answerTo(key)));
  const id = answerTo('id');
  if (id === null) return null;
  const uptime = numberOf('uptime') ?? 0;
  const deadline = numberOf('deadline');
  const alive = numberOf('alive');
  const secondsLeft = deadline === null ? null : deadline - uptime;
  // The boot guard ends what was open before a restart; what is still there escaped it.
  const isOfOtherBoot = answerTo('boot-id') !== bootId;
  const isOverdue = secondsLeft === null ? alive === null || uptime - alive > idleS : secondsLeft < -overdueS;
  return {
    id: id.slice(id.lastIndexOf('/') + 1),
    owner: answerTo('owner') ?? 'unknown',
    secondsLeft,
    isStale: isOfOtherBoot || isOverdue,
  };
}
