import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryOut } from '../../src/deploy/carry-out.ts';
import { look } from '../../src/deploy/look.ts';
import { needTool } from '../backends/run-tool.ts';
import { deploymentOf, surroundingsOf } from './deploying.ts';
import { startNamespaceHost } from './namespace-host.ts';
import { sampleFiles, sampleState } from './sample-state.ts';

/*
 * What a push costs a host is the processes it starts there: they do not depend on the machine. The sample has five files and nine steps
 * of the kernel, which take three processes a file and one a step at the least.
 */

let traces: string;
beforeEach(() => {
  needTool('/usr/bin/strace', 'strace');
  traces = mkdtempSync(join(tmpdir(), 'mlbroute-traces-'));
});
afterEach(() => rmSync(traces, { recursive: true }));

/** The programs of each shell that was started, and the processes that only that shell made for itself. */
function started(): readonly string[] {
  return readdirSync(traces).map((name) => {
    const lines = readFileSync(join(traces, name), 'utf8').split('\n');
    const program = lines.flatMap((line) => /^execve\("[^"]*", \[(.*)\], .*\) = 0$/.exec(line)?.[1] ?? []).at(-1);
    return program ?? 'a shell of a shell';
  });
}

describe('a changing push', () => {
  it('starts few processes on a host', async () => {
    const trace = ['strace', '-ff', '-qq', '-s', '200', '-e', 'trace=execve', '-o', join(traces, 'trace')];
    const host = startNamespaceHost([...trace, 'dash']);
    try {
      const surroundings = surroundingsOf(host.connect);
      const seen = await look(deploymentOf(host, sampleState, sampleFiles), 'change', surroundings);
      if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
      const outcome = await carryOut(seen, { id: 'test-1', owner: 'somebody', confirmWithinS: 60 }, surroundings);
      expect(outcome).toMatchObject({ status: 'changed' });
    } finally {
      host.stop();
    }
    const all = started();
    expect(all.length, all.join('\n')).toBeLessThanOrEqual(86);
  });
});
