import { filledText, text, texts } from './coerce.ts';
import type { InventoryChoice } from './command-table.ts';

/** Where hosts and their variables come from. */
export const sourceOptions = {
  inventory: {
    alias: 'i',
    demandOption: true,
    requiresArg: true,
    describe: "An Ansible inventory: a file, a folder, an executable, or hosts as in 'h1,h2,'; may be repeated",
    coerce: texts('--inventory'),
  },
  'extra-vars': {
    alias: 'e',
    requiresArg: true,
    describe: 'Variables over all others: NAME=VALUE, {JSON}, @FILE; may be repeated',
    coerce: texts('--extra-vars'),
  },
  'vault-password-file': {
    requiresArg: true,
    describe: 'The password of ansible-vault (else $ANSIBLE_VAULT_PASSWORD_FILE)',
    coerce: filledText('--vault-password-file'),
  },
} as const;

/** Which hosts. */
export const inventoryOptions = {
  ...sourceOptions,
  limit: {
    alias: 'l',
    requiresArg: true,
    describe: 'Only these hosts: names, groups, globs, !without, &both, ~regex, group[0:2], @file',
    coerce: text('--limit'),
  },
} as const;

/** What they shall have. */
export const playbookOptions = {
  playbook: {
    alias: 'p',
    requiresArg: true,
    describe: 'A playbook: what hosts shall have beside or instead of the networks of the inventory',
    coerce: filledText('--playbook'),
  },
  templates: {
    requiresArg: true,
    describe: 'A folder with templates of your own, each in place of the shipped one of its name',
    coerce: filledText('--templates'),
  },
} as const;

/** Which variable of which host. */
export const inventoryVarOptions = {
  ...sourceOptions,
  host: {
    demandOption: true,
    requiresArg: true,
    describe: 'The name of the host',
    coerce: filledText('--host'),
  },
} as const;

/** The hosts the arguments are about. */
export function hostsOf(argv: {
  readonly inventory: readonly string[];
  readonly limit: string | undefined;
  readonly 'extra-vars': readonly string[] | undefined;
  readonly 'vault-password-file': string | undefined;
  readonly playbook?: string | undefined;
  readonly templates?: string | undefined;
}): InventoryChoice {
  const { 'extra-vars': extraVars, 'vault-password-file': vaultPasswordFile, playbook, templates } = argv;
  return {
    inventory: argv.inventory,
    limit: argv.limit ?? null,
    ...(extraVars === undefined ? {} : { extraVars }),
    ...(vaultPasswordFile === undefined ? {} : { vaultPasswordFile }),
    ...(playbook === undefined ? {} : { playbook }),
    ...(templates === undefined ? {} : { templates }),
  };
}
