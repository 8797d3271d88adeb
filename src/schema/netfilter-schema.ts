import * as z from 'zod';
import type { MarkSetting } from '../domain/mark-setting.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import { withoutQuoted } from '../domain/rule-family.ts';
import { type CheckContext, refuse } from './check.ts';
import { cidr } from './domain-variables.ts';
import { interfaceName } from './link-schema.ts';
import { mark } from './network-schema.ts';
import { rulesByFamily } from './rules-by-family.ts';

const markKeys = z.strictObject({
  to: z
    .union([cidr.transform((each) => [each]), z.array(cidr).min(1)], {
      error: 'to is a network in CIDR form, or a list of them',
    })
    .meta({ description: 'Requests to these networks, of either family' }),
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

/** Whom a chain or a rule is for. */
export const families = z.enum(['ipv4', 'ipv6', 'both']);

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
  family: families.nullish().meta({
    description:
      'ipv4, ipv6 or both, each rule with an address for its own; by default that of the addresses, else ipv4',
  }),
});

/** The arguments of tasks about the packet filter once references are expanded. */
export const netfilterVerbs = {
  mark: markKeys.meta({ description: 'A mark on the replies to what comes in by an interface' }).transform(toMarks),
  iptables: iptablesKeys.meta({ description: 'Rules in a chain of their own' }).transform(toChains),
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

function toMarks({ to, iif, fwmark }: z.output<typeof markKeys>): readonly MarkSetting[] {
  return to.map((each) => ({ to: each, iif, fwmark }));
}

function toChains(
  { family, table, hook, chain, rules }: z.output<typeof iptablesKeys>,
  context: CheckContext,
): readonly NetfilterChain[] {
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
    const isRule = /^(-|! -)/.test(rule) && !/[\n\r]/.test(rule) && !commandWord.test(withoutQuoted(rule));
    if (!isRule) return refuse(`"${rule}" is no rule of a chain`, context, { code: 'chain-rule', hint });
  }
  const byFamily = rulesByFamily(rules, family ?? null);
  if (!byFamily.ok) {
    const { place, message, hint } = byFamily.error;
    return refuse(message, context, { code: 'family', hint }, ['rules', place]);
  }
  return byFamily.value.map((part) => ({ ...part, table, name: `MLBROUTE-${chain}`, hook }));
}
