import { isRunning } from './daemon.ts';
import { deadDaemons, type Lab, labDirectory, readLab } from './lab-state.ts';
import { exec } from './node-shell.ts';

/** How a lab is. `lab` is undefined where there is none; `isUp` is true if everything recorded runs and every node answers. */
export type LabStatus = {
  readonly dir: string;
  readonly lab: Lab | undefined;
  readonly isUp: boolean;
  readonly machines: readonly {
    readonly name: string;
    readonly address: string;
    /** `answers`: ssh works; `silent`: the machine runs, ssh does not; `ended`: its process is gone. */
    readonly state: 'answers' | 'silent' | 'ended';
  }[];
  /** Names of recorded processes, machines or not, that do not run. */
  readonly ended: readonly string[];
};

/** Looks at the lab in `dir` (default as `labDirectory`), without changing anything. */
export async function inspectLab(dir?: string): Promise<LabStatus> {
  const path = labDirectory(dir);
  const lab = await readLab(path);
  if (lab === undefined) return { dir: path, lab, isUp: false, machines: [], ended: [] };
  const ended = (await deadDaemons(lab)).map((daemon) => daemon.name);
  const machines = await Promise.all(
    lab.nodes.map(async ({ name, address }) => {
      const daemon = lab.daemons.find((candidate) => candidate.name === name);
      if (daemon === undefined || ended.includes(name) || !isRunning(daemon))
        return { name, address, state: 'ended' as const };
      const { code } = await exec(lab, name, 'true', { timeoutMs: 15_000 });
      return { name, address, state: code === 0 ? ('answers' as const) : ('silent' as const) };
    }),
  );
  const isUp = lab.phase === 'up' && ended.length === 0 && machines.every((machine) => machine.state === 'answers');
  return { dir: path, lab, isUp, machines, ended };
}
