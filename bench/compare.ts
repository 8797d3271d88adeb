import { type Contender, type Work, works } from './contenders/contender.ts';
import { processesOf, putAllBack, statesOf } from './fleet/host-state.ts';
import type { BenchFleet } from './fleet/start-fleet.ts';
import { measure } from './measure.ts';

/** One measured run. */
export type Run = {
  readonly contender: string;
  readonly work: Work;
  readonly hosts: number;
  readonly round: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Processes and threads started on one host, the session's own among them. No other figure is the same on every machine. */
  readonly processes: number;
};

/** What hosts are before and after a changing push, told by `statesOf`. */
export type Truth = { readonly before: readonly string[]; readonly after: readonly string[] };

/**
 * Runs all contenders one after another, round by round, each time in another order. After every run the hosts are looked at past ssh: where one of
 * them is not exactly as it should be, the benchmark is void, and this throws.
 */
export async function compare(
  fleet: BenchFleet,
  contenders: readonly Contender[],
  { rounds, truth, tell }: { readonly rounds: number; readonly truth: Truth; readonly tell: (run: Run) => void },
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let round = 1; round <= rounds; round++)
    for (const contender of rotate(contenders, round - 1)) {
      putAllBack(fleet);
      check(fleet, truth.before, `before ${contender.name}`);
      for (const work of works) {
        const started = processesOf(fleet, 'n1');
        const { exitCode, wallMs, cpuMs, said } = await measure(fleet, contender.command(work));
        const processes = processesOf(fleet, 'n1') - started - 1;
        contender.tidy();
        if (exitCode !== 0) throw new Error(`${contender.name}: ${work} exited ${exitCode}:\n${said.slice(-2000)}`);
        check(fleet, truth.after, `after ${work} by ${contender.name}`);
        const hosts = fleet.names.length;
        const run = { contender: contender.name, work, hosts, round, wallMs, cpuMs, processes };
        tell(run);
        runs.push(run);
      }
    }
  return runs;
}

function check(fleet: BenchFleet, expected: readonly string[], when: string): void {
  const states = statesOf(fleet);
  for (const [i, name] of fleet.names.entries())
    if (states[i] !== expected[i])
      throw new Error(`void: ${when}, ${name} is not as it should be but:\n${states[i]}\nand not:\n${expected[i]}`);
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
