import { obstacleCodes } from '../domain/obstacle.ts';
import { bootstrapOptions } from './bootstrap-options.ts';
import { batchSizes, filledText, oneOf, portion, runName, someOf, texts, wholeNumber } from './coerce.ts';
import { explainOptions } from './explain-options.ts';
import { importOptions } from './import-options.ts';
import { initOptions } from './init-options.ts';
import { inventoryOptions, inventoryVarOptions, playbookOptions, sourceOptions } from './inventory-options.ts';
import { demoOptions, labOptions, labUpOptions } from './lab-options.ts';
import { loginOptions } from './login-options.ts';
import { outputOptions } from './output-options.ts';
import { shardOptions } from './shard-options.ts';
import { tagOptions } from './tag-options.ts';
import { verifyOptions } from './verify-options.ts';

const connectionOptions = {
  forks: {
    alias: 'f',
    default: 50,
    requiresArg: true,
    describe: 'Hosts at a time',
    coerce: wholeNumber('--forks', { min: 1, max: 10_000 }),
  },
  ...loginOptions,
} as const;

const forceOptions = {
  force: {
    requiresArg: true,
    describe: 'Go past what stands against a push, by code: mark-in-use, priority-in-use, …; see docs/preflight.md',
    coerce: someOf('--force', obstacleCodes),
  },
} as const;

const pushOptions = {
  ...forceOptions,
  yes: { alias: 'y', type: 'boolean', describe: 'Apply without a question' },
  check: { type: 'boolean', describe: 'Only plan, as the command plan does' },
  diff: { alias: 'D', type: 'boolean', describe: 'Show the files line by line' },
  'confirm-timeout': {
    default: 60,
    requiresArg: true,
    describe: 'Seconds until a host that was not confirmed puts everything back',
    coerce: wholeNumber('--confirm-timeout', { min: 10, max: 3600 }),
  },
  serial: {
    requiresArg: true,
    describe:
      'Hosts to change per batch: 5, 10% of them, or a list whose last size repeats: 1,10%,50%. Percentages are rounded down, to 1 at least; a batch that is done is looked at again before the next',
    coerce: batchSizes('--serial'),
  },
  'max-fail': {
    requiresArg: true,
    describe:
      'Start no more hosts once more than this many failed, unreachable ones among them: 2, or 10% of the hosts of the run, rounded down. Without it: a batch once begun is tried to its end, and no other follows a failure',
    coerce: portion('--max-fail'),
  },
  plan: {
    requiresArg: true,
    describe: 'Apply exactly what plan --out saved in this file; hosts that changed since are left alone',
    coerce: filledText('--plan'),
  },
  retry: {
    requiresArg: true,
    describe: 'Only the hosts that the last run of this inventory did not bring to its end: last, or the name of a run',
    coerce: runName('--retry'),
  },
} as const;

const { yes, check, diff, serial } = pushOptions;
const withoutCheck = {
  yes,
  diff,
  'confirm-timeout': pushOptions['confirm-timeout'],
  serial,
  'max-fail': pushOptions['max-fail'],
} as const;
const changeOptions = {
  ...withoutCheck,
  check: { ...check, describe: 'Only show what would change; exit code 2 if anything' },
} as const;

const rollbackOptions = {
  ...changeOptions,
  to: {
    requiresArg: true,
    describe: 'The generation to bring back; without it, the one before the present',
    coerce: wholeNumber('--to', { min: 1, max: 999_999_999 }),
  },
} as const;

const planOptions = {
  ...forceOptions,
  diff: {
    alias: 'D',
    type: 'boolean',
    default: true,
    describe: 'Show the files line by line; --no-diff: their paths only',
  },
  out: {
    alias: 'o',
    requiresArg: true,
    describe: 'Save the plan in this file, for push --plan',
    coerce: filledText('--out'),
  },
} as const;

const auditOptions = {
  pools: {
    requiresArg: true,
    describe:
      'Objects of the cluster, as kubectl prints them: tell what of its pools no network covers; may be repeated',
    coerce: texts('--pools'),
  },
} as const;

/** What `render` can make of the files of a host. */
export const renderForms = ['files', 'script', 'cloud-init', 'ignition', 'talos', 'nmstate'] as const;

const renderOptions = {
  out: {
    alias: 'o',
    demandOption: true,
    requiresArg: true,
    describe: 'The folder to write to: one folder or file per host in it',
    coerce: filledText('--out'),
  },
  as: {
    default: 'files',
    requiresArg: true,
    describe:
      'files, or for nodes that cannot be pushed to: script, a program that does on a node what a push does; that program for new machines: cloud-init, ignition; or what these can say of it: talos, nmstate',
    coerce: oneOf('--as', renderForms),
  },
} as const;

const connected = { ...inventoryOptions, ...connectionOptions };
const played = { ...inventoryOptions, ...playbookOptions, ...connectionOptions };

/** The options of each command, as yargs takes them. */
export const optionsOf = {
  push: { ...played, ...tagOptions, ...pushOptions, ...shardOptions, ...outputOptions },
  bootstrap: { ...played, ...bootstrapOptions, ...withoutCheck, ...shardOptions, ...outputOptions },
  rollback: { ...connected, ...rollbackOptions, ...shardOptions, ...outputOptions },
  remove: { ...connected, ...changeOptions, ...shardOptions, ...outputOptions },
  plan: { ...played, ...tagOptions, ...planOptions, ...shardOptions, ...outputOptions },
  audit: { ...played, ...auditOptions, ...shardOptions, ...outputOptions },
  verify: { ...played, ...verifyOptions, ...shardOptions, ...outputOptions },
  doctor: {
    ...connected,
    output: { ...outputOptions.output, describe: 'text, or json: a host per line on standard output' },
  },
  explain: {
    ...sourceOptions,
    ...playbookOptions,
    ...explainOptions,
    ...loginOptions,
    output: { ...outputOptions.output, describe: 'text, or json: all of it in one line on standard output' },
  },
  render: { ...inventoryOptions, ...playbookOptions, ...renderOptions },
  schema: {},
  init: initOptions,
  demo: demoOptions,
  'inventory list': inventoryOptions,
  'inventory graph': sourceOptions,
  'inventory host': sourceOptions,
  'inventory hosts': sourceOptions,
  'inventory var': inventoryVarOptions,
  'inventory import': importOptions,
  completion: {},
  'report merge': { report: outputOptions.report },
  'lab up': { ...labUpOptions, ...labOptions },
  'lab down': labOptions,
  'lab status': labOptions,
  'lab ssh': labOptions,
  'lab reboot': labOptions,
  'lab inventory': labOptions,
} as const;

/** A command as it is typed. */
export type Verb = keyof typeof optionsOf;
