import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptureWish } from '../deploy/probe.ts';
import type { Verified } from '../deploy/verify-host.ts';
import { count } from '../report/count.ts';
import { capturedLine } from '../report/ndjson.ts';
import { printableLine } from '../report/printable.ts';
import type { Io } from './io.ts';

/** A node that says nothing within this time after the first one is not waited for. */
const stragglerMs = 3000;

/** Has all of so many nodes watch, and tells when they do. */
export function captureTogether(
  nodes: number,
  seconds: number,
): { readonly wish: CaptureWish; readonly begun: Promise<void> } {
  let watching = 0;
  let resolveFirst = () => {};
  let resolveAll = () => {};
  const first = new Promise<void>((resolve) => {
    resolveFirst = resolve;
  });
  const all = new Promise<void>((resolve) => {
    resolveAll = resolve;
  });
  const onBegun = () => {
    watching += 1;
    resolveFirst();
    if (watching >= nodes) resolveAll();
  };
  return { wish: { seconds, onBegun }, begun: first.then(() => Promise.race([all, sleep(stragglerMs)])) };
}

/** Tells what nodes that watched have seen. */
export function tellCaptured(results: readonly Verified[], output: 'text' | 'json', io: Io): void {
  for (const result of results) {
    if (result.kind !== 'verified' || result.captured === null) continue;
    const { name } = result.deployment.connection;
    if (output === 'json') io.stdout(capturedLine(name, result.captured));
    else
      for (const { network, requests, answered } of result.captured)
        io.stdout(
          requests === 0
            ? `Captured on ${name}: no request to ${printableLine(network)}.\n`
            : `Captured on ${name}: ${count(requests, 'request')} to ${printableLine(network)}, ${answered} answered by the interface it came in by.\n`,
        );
  }
}
