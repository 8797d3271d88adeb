import type { Family } from './address.ts';

/** A chain that mlbroute owns whole, and the built-in chain that jumps to it. Its name starts with `MLBROUTE-`. */
export type NetfilterChain = {
  readonly family: Family;
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly name: string;
  /** The built-in chain whose first rule is `-j name`. */
  readonly hook: 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
  /** Each rule as iptables-save(8) prints it after `-A NAME `. */
  readonly rules: readonly string[];
  /** Missing, as in what earlier versions recorded: iptables. */
  readonly tool?: 'nft';
};

/** The program of a family: neither speaks for the other. */
export function iptablesOf(family: Family): 'iptables' | 'ip6tables' {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}
