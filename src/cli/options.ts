import { filledText, oneOf, onlyText, text, wholeNumber } from './coerce.ts';

/** Options of every command that reads an inventory. */
export const inventoryOptions = {
  inventory: {
    alias: 'i',
    demandOption: true,
    requiresArg: true,
    describe: 'The inventory: a file in the format of Ansible',
    coerce: onlyText('--inventory'),
  },
  limit: {
    alias: 'l',
    requiresArg: true,
    describe: 'Only these hosts: names, groups, globs, !without, &both, ~regex',
    coerce: text('--limit'),
  },
} as const;

/** Options of every command that connects to hosts. */
export const connectionOptions = {
  forks: {
    alias: 'f',
    default: 50,
    requiresArg: true,
    describe: 'Hosts at a time',
    coerce: wholeNumber('--forks', { min: 1, max: 10_000 }),
  },
  'accept-new': { type: 'boolean', describe: 'Accept and keep the keys of hosts seen for the first time' },
  'ask-become-pass': { alias: 'K', type: 'boolean', describe: 'Ask for the password of sudo' },
} as const;

/** Options of every command that shows how far it is. */
export const outputOptions = {
  output: {
    default: 'text',
    requiresArg: true,
    describe: 'text, or json: an event per line on standard output',
    coerce: oneOf('--output', ['text', 'json']),
  },
  progress: { type: 'boolean', default: true, describe: 'Show progress; --no-progress: only the end' },
} as const;

/** Options of `push`. */
export const pushOptions = {
  yes: { alias: 'y', type: 'boolean', describe: 'Apply without a question' },
  check: { type: 'boolean', describe: 'Only plan, as the command plan does' },
  diff: { alias: 'D', type: 'boolean', describe: 'Show the files line by line' },
  'confirm-timeout': {
    default: 60,
    requiresArg: true,
    describe: 'Seconds until a host that was not confirmed puts everything back',
    coerce: wholeNumber('--confirm-timeout', { min: 10, max: 3600 }),
  },
} as const;

/** Options of `plan`. */
export const planOptions = {
  diff: {
    alias: 'D',
    type: 'boolean',
    default: true,
    describe: 'Show the files line by line; --no-diff: their paths only',
  },
} as const;

/** Options of `render`. */
export const renderOptions = {
  out: {
    alias: 'o',
    demandOption: true,
    requiresArg: true,
    describe: 'The folder to write to: one folder per host in it',
    coerce: filledText('--out'),
  },
} as const;

/** Options of every command of the lab. */
export const labOptions = {
  dir: {
    requiresArg: true,
    describe: "The lab's folder (else $MLBROUTE_LAB_DIR, else below $XDG_STATE_HOME)",
    coerce: filledText('--dir'),
  },
} as const;

/** Options of `lab up`. */
export const labUpOptions = {
  nodes: {
    default: 3,
    requiresArg: true,
    describe: 'How many nodes',
    coerce: wholeNumber('--nodes', { min: 1, max: 20 }),
  },
  'kube-proxy': {
    default: 'iptables',
    requiresArg: true,
    describe: 'How services are emulated: iptables or ipvs',
    coerce: oneOf('--kube-proxy', ['iptables', 'ipvs']),
  },
  install: { type: 'boolean', describe: 'Install missing packages of this machine (as root)' },
} as const;

type OptionSet = {
  readonly [name: string]: { readonly describe: string; readonly alias?: string; readonly type?: 'boolean' };
};

const allOptions: readonly OptionSet[] = [
  inventoryOptions,
  connectionOptions,
  outputOptions,
  pushOptions,
  planOptions,
  renderOptions,
  labOptions,
  labUpOptions,
];

/** The names of all options, without dashes and aliases. */
export const optionNames: readonly string[] = [...new Set(allOptions.flatMap((set) => Object.keys(set)))];

/** The names and aliases of those options that are on or off. */
export const booleanNames: ReadonlySet<string> = new Set(
  allOptions
    .flatMap((set) => Object.entries(set))
    .filter(([, { type }]) => type === 'boolean')
    .flatMap(([name, { alias }]) => (alias === undefined ? [name] : [name, alias])),
);
