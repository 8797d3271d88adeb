import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { placeBystanders } from '../lab/bystanders.ts';
import { downLab } from '../lab/down.ts';
import { setKubeProxy } from '../lab/kube-proxy.ts';
import { isLabError } from '../lab/lab-error.ts';
import { type Lab, labDirectory, labInventoryPath } from '../lab/lab-state.ts';
import { rebootNodes } from '../lab/reboot.ts';
import { runTrials, worksUnconfigured } from '../lab/trial.ts';
import { type TrialColumn, trialTable } from '../lab/trial-table.ts';
import { upLab } from '../lab/up.ts';
import { audit } from './audit.ts';
import type { Io } from './io.ts';
import { plan } from './plan.ts';
import { push } from './push.ts';
import { verify } from './verify.ts';

export type DemoOptions = {
  readonly nodes: number;
  /** True: install missing packages of this machine, as root. */
  readonly install: boolean;
  /** True: leave the lab up at the end, to play with. */
  readonly keep: boolean;
  /** Where the table of results is written. */
  readonly report: string;
};

/** One thing the demo claims, and whether it was so. */
type Claim = { readonly claim: string; readonly isTrue: boolean };

/**
 * `mlbroute demo`: the whole promise on real nodes: services fail, a push, they work, every node reboots, they still work. Exit code 0
 * only where every claim was seen to be true.
 */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  const dir = join(dirname(labDirectory(undefined)), 'demo');
  const began = performance.now();
  const say = (text: string) => io.stdout(`${text}\n`);
  const stop = io.onInterrupt(() => {
    void downLab(dir).finally(() => process.exit(130));
  });
  try {
    const lab = await upLab({ dir, nodes: options.nodes, install: options.install }, heading(say, 'Boot the lab'));
    const { claims, columns } = await play(lab, io, say);
    const table = trialTable(columns);
    say(`\n${table}`);
    for (const { claim, isTrue } of claims) say(`${isTrue ? 'true ' : 'FALSE'}  ${claim}`);
    await mkdir(dirname(options.report), { recursive: true });
    await writeFile(
      options.report,
      `# mlbroute demo\n\n${table}\n${claims.map(({ claim, isTrue }) => `- ${isTrue ? 'true' : 'FALSE'}: ${claim}\n`).join('')}`,
    );
    const isGood = claims.every(({ isTrue }) => isTrue);
    say(
      `\n${isGood ? 'All of it is true.' : 'Not all of it is true.'} ${((performance.now() - began) / 1000).toFixed(0)} s; the table is in ${options.report}`,
    );
    if (options.keep)
      say(
        `The lab stays up: mlbroute lab ssh --dir ${dir} n1, mlbroute audit -i ${labInventoryPath(lab)}, mlbroute lab down --dir ${dir}`,
      );
    return isGood ? 0 : 1;
  } catch (error) {
    if (!isLabError(error)) throw error;
    io.stderr(`error: ${error.message}\nhint: ${error.hint}\n`);
    return 1;
  } finally {
    stop();
    if (!options.keep) await downLab(dir);
  }
}

async function play(
  lab: Lab,
  io: Io,
  say: (text: string) => void,
): Promise<{ readonly claims: readonly Claim[]; readonly columns: readonly TrialColumn[] }> {
  const inventory = { inventory: [labInventoryPath(lab)], limit: null };
  const options = {
    ...inventory,
    forks: 50,
    acceptNew: false,
    askBecomePass: false,
    output: 'text' as const,
    progress: true,
  };
  const pushed = () =>
    push(
      {
        ...options,
        ...{ yes: true, check: false, diff: false, confirmTimeoutS: 60 },
        ...{ serial: [], maxFail: null, planFile: null, retry: null },
      },
      io,
    );

  const before = await tryBoth(lab, 'before the push', say);
  heading(say, 'Push, beside a foreign rule, a foreign route and a running connection on every node');
  const bystanders = await placeBystanders(lab);
  const first = await pushed();
  const harm = await bystanders.check();
  for (const line of harm) say(line);
  heading(say, 'Plan and push again');
  const planned = await plan({ ...options, diff: false, out: null }, io);
  const second = await pushed();
  const after = await tryBoth(lab, 'after the push', say);
  heading(say, 'Verify and audit');
  const verified = await verify({ ...options, fromHere: [] }, io);
  const audited = await audit(options, io);
  await rebootNodes(
    lab,
    lab.nodes.map(({ name }) => name),
    heading(say, 'Reboot every node'),
  );
  const rebooted = await tryBoth(lab, 'after a reboot', say);
  heading(say, 'Audit again');
  const auditedAgain = await audit(options, io);

  const isWhole = (columns: readonly TrialColumn[]) =>
    columns.every(({ trials }) => trials.length > 0 && trials.every(({ passed }) => passed));
  return {
    columns: [...before, ...after, ...rebooted],
    claims: [
      {
        claim: 'before the push every case that needs routing fails',
        isTrue: before.every(({ trials }) => trials.every((trial) => trial.passed === worksUnconfigured(trial.case))),
      },
      { claim: 'the push changed every host and confirmed it', isTrue: first === 0 },
      {
        claim: 'foreign rules and routes, the node address and a running connection lived through it',
        isTrue: harm.length === 0,
      },
      { claim: 'a second push finds every host unchanged', isTrue: planned === 0 && second === 0 },
      {
        claim:
          'after the push every case works, with kube-proxy in iptables and in IPVS mode, replies on their own VLAN',
        isTrue: isWhole(after),
      },
      { claim: 'gateways answer and replies find their way (verify)', isTrue: verified === 0 },
      { claim: 'nothing drifted (audit)', isTrue: audited === 0 },
      { claim: 'after a reboot of every node every case works again', isTrue: isWhole(rebooted) },
      { claim: 'and nothing drifted over the reboot (audit)', isTrue: auditedAgain === 0 },
    ],
  };
}

/** Tries every case with kube-proxy in both modes; the lab ends in iptables mode. */
async function tryBoth(lab: Lab, moment: string, say: (text: string) => void): Promise<readonly TrialColumn[]> {
  const columns: TrialColumn[] = [];
  for (const mode of ['ipvs', 'iptables'] as const) {
    heading(say, `Ask for every service ${moment}, kube-proxy in ${mode} mode`);
    await setKubeProxy(lab, mode);
    const trials = await runTrials(lab);
    say(`${trials.filter(({ passed }) => passed).length} of ${trials.length} cases work`);
    columns.push({ title: `${moment}, ${mode}`, trials });
  }
  return columns;
}

function heading(say: (text: string) => void, title: string): (line: string) => void {
  say(`\n== ${title}`);
  return (line) => say(line);
}
