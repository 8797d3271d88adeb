import type { RunningChain } from '../../src/domain/observed.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';

/** `iptables-restore` of a text: all of it or nothing. */
export function restoreChains(kernel: SimulatedKernel, text: string, line: string): void {
  const trial = { ...kernel };
  restoreLines(trial, text, line);
  kernel.chains = trial.chains;
}

function restoreLines(kernel: SimulatedKernel, text: string, line: string): void {
  const lines = text.split('\n');
  if (!line.endsWith('--noflush') || lines.at(-2) !== 'COMMIT') throw new Error(`not a restore of a plan: ${text}`);
  for (const one of lines.slice(1, -2)) {
    const [, declared] = /^:(\S+) - \[0:0\]$/.exec(one) ?? [];
    const [, verb = '', name = '', rest = ''] = /^(-[ADI]) (\S+) (.*)$/.exec(one) ?? [];
    const target = /-j (\S+)$/.exec(rest)?.[1] ?? '';
    if (declared !== undefined) {
      const before = kernel.chains.find((chain) => chain.name === declared);
      setChain(kernel, { family: 'ipv4', table: 'mangle', name: declared, hook: before?.hook ?? null, rules: [] });
    } else if (verb === '-A') {
      const chain = chainOf(kernel, name, one);
      setChain(kernel, { ...chain, rules: [...chain.rules, rest] });
    } else setHook(kernel, { verb, hook: name, target }, one);
  }
}

/** `iptables` with these words. */
export function runIptables(kernel: SimulatedKernel, words: readonly string[], line: string): void {
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

function setHook(kernel: SimulatedKernel, { verb, hook, target }: Jump, line: string): void {
  const chain = chainOf(kernel, target, line);
  if (hook !== 'PREROUTING' && hook !== 'OUTPUT') throw new Error(`not a hook: ${line}`);
  // A second jump would be one that no chain of the model can tell of.
  if ((verb === '-D') !== (chain.hook === hook)) throw new Error(`Bad rule: ${line}`);
  setChain(kernel, { ...chain, hook: verb === '-D' ? null : hook });
}

function chainOf({ chains }: SimulatedKernel, name: string, line: string): RunningChain {
  const chain = chains.find((one) => one.name === name);
  if (chain === undefined) throw new Error(`No chain/target/match by that name: ${line}`);
  return chain;
}

function setChain(kernel: SimulatedKernel, chain: RunningChain): void {
  kernel.chains = [...kernel.chains.filter(({ name }) => name !== chain.name), chain];
}
