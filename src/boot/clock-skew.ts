import type { Finding } from '../domain/change.ts';

/** Looks at a large fleet last minutes, and the hosts' clocks were read on the way; below this a difference tells nothing. */
const tolerableS = 900;

/** A host whose clock is far from ours: when a file was edited, and what its journal says, cannot be trusted then. */
export function clockSkew(hostS: number | null, oursS: number): readonly Finding[] {
  if (hostS === null || Math.abs(hostS - oursS) <= tolerableS) return [];
  const minutes = Math.round(Math.abs(hostS - oursS) / 60);
  return [
    {
      code: 'clock-skew',
      where: 'running',
      subject: 'clock',
      message: `is ${minutes} minutes ${hostS > oursS ? 'ahead of' : 'behind'} this machine’s`,
      hint: 'check its time synchronisation: dates in findings are by its clock',
    },
  ];
}
