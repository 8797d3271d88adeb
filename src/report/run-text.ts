import type { RunEvent } from '../domain/outcome.ts';
import { unreachable } from '../domain/result.ts';
import { count } from './count.ts';
import { foldHosts } from './fold.ts';
import { printableLine } from './printable.ts';

/** What a run tells of its batches, in one line. */
export function describeRunEvent(event: RunEvent): string {
  switch (event.kind) {
    case 'batch':
      return `batch ${event.number} of ${event.of}: ${foldHosts(event.hosts)} (${count(event.hosts.length, 'host')})`;
    case 'gate':
      return event.troubles.length === 0
        ? `batch ${event.batch} was looked at again: all is well`
        : `batch ${event.batch} was looked at again: ${event.troubles.map(({ host, findings }) => `${host}: ${printableLine(findings.join('; '))}`).join(' | ')}`;
    case 'stop':
      return `stopped: ${printableLine(event.because)}; not started: ${foldHosts(event.hosts)} (${count(event.hosts.length, 'host')})`;
    default:
      return unreachable(event);
  }
}
