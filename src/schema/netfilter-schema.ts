import { z } from 'zod';
import { familyOf } from '../domain/address.ts';
import type { MarkSetting } from '../domain/mark-setting.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import { type CheckContext, refuse } from './check.ts';
import { cidr } from './domain-variables.ts';
import { interfaceName } from './link-schema.ts';
import { mark } from './network-schema.ts';

const markKeys = z.strictObject({
  to: z
    .union([cidr.transform((each) => [each]), z.array(cidr).min(1)], {
      error: 'to is a network in CIDR form, or a list of them',
    })
    .meta({ description: 'Requests to these networks' }),
  iif: interfaceName.meta({ description: 'Interface that they come in by' }),
  fwmark: mark.meta({ description: 'Mark that their replies get, under mask 0x1f00 unless given' }),
});

/** The built-in chains of each table that a chain may be called from. */
const hooks = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;

const iptablesKeys = z.strictObject({
  table: z.enum(['filter', 'nat', 'mangle', 'raw']).default('filter').meta({ description: 'Table of the chain' }),
  hook: z
    .enum(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])
    .meta({ description: 'Built-in chain that calls it first of all' }),
  chain: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9_-]{0,18}$/, { error: 'chain is up to 19 capital letters, digits, "-" and "_"' })
    .meta({ description: 'Its name; the host has it as MLBROUTE-NAME' }),
  rules: z
    .array(z.string())
    .min(1)
    .meta({
      description: 'Its rules, as iptables-save prints them after "-A NAME"',
      examples: [['-s 10.0.0.0/8 -j RETURN']],
    }),
});

/** The arguments of tasks about the packet filter once references are expanded. */
export const netfilterVerbs = {
  mark: markKeys.meta({ description: 'A mark on the replies to what comes in by an interface' }).transform(toMarks),
  iptables: iptablesKeys.meta({ description: 'Rules in a chain of their own' }).transform(toChain),
} as const;

/** The keys of each verb's arguments. */
export const netfilterVerbKeys = {
  mark: Object.keys(markKeys.shape),
  iptables: Object.keys(iptablesKeys.shape),
} as const;

/** Names of chains that other verbs make. */
const taken = new Set(['PREROUTING', 'OUTPUT', 'RPFILTER', 'MARKS', 'MARKS-OUTPUT']);

/** What names another chain or table, or does something else than to describe a rule. */
const commandWord =
  /(^|\s)(-[ADIRLSFZNXPEt]|--(append|delete|insert|replace|list|flush|zero|new-chain|policy|table)\b)/;

function toMarks({ to, iif, fwmark }: z.output<typeof markKeys>, context: CheckContext): readonly MarkSetting[] {
  if (to.some((each) => familyOf(each) === 'ipv6'))
    return refuse('IPv6 is not handled yet', context, { code: 'ipv6-unsupported', hint: null });
  return to.map((each) => ({ to: each, iif, fwmark }));
}

function toChain({ table, hook, chain, rules }: z.output<typeof iptablesKeys>, context: CheckContext): NetfilterChain {
  const fits: readonly string[] = hooks[table];
  if (!fits.includes(hook))
    return refuse(`${table} has no ${hook}`, context, { code: 'chain-hook', hint: `it has ${fits.join(', ')}` });
  if (taken.has(chain))
    return refuse(`mlbroute has a chain ${chain} of its own`, context, {
      code: 'chain-name',
      hint: 'choose another name',
    });
  for (const rule of rules) {
    const hint = 'write what follows "-A NAME" in iptables-save, e.g. -s 10.0.0.0/8 -j RETURN';
    const isRule =
      /^(-|! -)/.test(rule) && !/[\n\r]/.test(rule) && !commandWord.test(rule.replaceAll(/"[^"]*"/g, '""'));
    if (!isRule) return refuse(`"${rule}" is no rule of a chain`, context, { code: 'chain-rule', hint });
  }
  return { family: 'ipv4', table, name: `MLBROUTE-${chain}`, hook, rules };
}
