import type { Family } from '../../src/domain/address.ts';
import type { RunningChain } from '../../src/domain/observed.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';

/** The chains of one family, among all of a kernel. */
type Tables = Pick<SimulatedKernel, 'chains'> & { readonly family: Family };

/** `iptables-restore` of a text: all of it or nothing. */
export function restoreChains(
  kernel: SimulatedKernel,
  family: Family,
  { text, line }: { readonly text: string; readonly line: string },
): void {
  const trial = { chains: kernel.chains, family };
  restoreLines(trial, text, line);
  kernel.chains = trial.chains;
}

function restoreLines(kernel: Tables, text: string, line: string): void {
  const lines = text.split('\n');
  if (!line.endsWith('--noflush') || lines.at(-2) !== 'COMMIT') throw new Error(`not a restore of a plan: ${text}`);
  for (const one of lines.slice(1, -2)) {
    const [, declared] = /^:(\S+) - \[0:0\]$/.exec(one) ?? [];
    const [, verb = '', name = '', rest = ''] = /^(-[ADI]) (\S+) (.*)$/.exec(one) ?? [];
    const target = /-j (\S+)$/.exec(rest)?.[1] ?? '';
    if (declared !== undefined) {
      const before = kernel.chains.find((chain) => isIn(kernel, chain, declared));
      setChain(kernel, {
        family: kernel.family,
        table: 'mangle',
        name: declared,
        hook: before?.hook ?? null,
        rules: [],
      });
    } else if (verb === '-A') {
      const chain = chainOf(kernel, name, one);
      setChain(kernel, { ...chain, rules: [...chain.rules, rest] });
    } else setHook(kernel, { verb, hook: name, target }, one);
  }
}

/** `iptables` with these words. */
export function runIptables(
  host: SimulatedKernel,
  family: Family,
  { words, line }: { readonly words: readonly string[]; readonly line: string },
): void {
  const kernel = { chains: host.chains, family };
  changeChain(kernel, words, line);
  host.chains = kernel.chains;
}

function changeChain(kernel: Tables, words: readonly string[], line: string): void {
  const [wait, , , table, verb = '', name = '', , target = ''] = words;
  if (wait !== '-w' || table !== 'mangle') throw new Error(`not a command of a plan: ${line}`);
  if (verb === '-D') {
    setHook(kernel, { verb, hook: name, target }, line);
    return;
  }
  const chain = chainOf(kernel, name, line);
  if (verb === '-F') {
    setChain(kernel, { ...chain, rules: [] });
    return;
  }
  if (verb !== '-X' || chain.hook !== null || chain.rules.length > 0) throw new Error(`Too many links: ${line}`);
  kernel.chains = kernel.chains.filter((other) => other !== chain);
}

type Jump = { readonly verb: string; readonly hook: string; readonly target: string };

function setHook(kernel: Tables, { verb, hook, target }: Jump, line: string): void {
  const chain = chainOf(kernel, target, line);
  if (hook !== 'PREROUTING' && hook !== 'OUTPUT') throw new Error(`not a hook: ${line}`);
  // A second jump would be one that no chain of the model can tell of.
  if ((verb === '-D') !== (chain.hook === hook)) throw new Error(`Bad rule: ${line}`);
  setChain(kernel, { ...chain, hook: verb === '-D' ? null : hook });
}

function isIn({ family }: Tables, chain: RunningChain, name: string): boolean {
  return chain.family === family && chain.name === name;
}

function chainOf(tables: Tables, name: string, line: string): RunningChain {
  const chain = tables.chains.find((one) => isIn(tables, one, name));
  if (chain === undefined) throw new Error(`No chain/target/match by that name: ${line}`);
  return chain;
}

function setChain(kernel: Tables, chain: RunningChain): void {
  kernel.chains = [...kernel.chains.filter((one) => !isIn(kernel, one, chain.name)), chain];
}
