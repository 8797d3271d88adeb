import type { VerifyOptions } from '../commands/verify.ts';
import { endpoints, filledText, wholeNumber } from './coerce.ts';

/** How long a node may take to come back, in seconds, where nothing is said. */
const defaultRebootTimeoutS = 600;

/** What `verify` takes beside what all commands take that connect. */
export const verifyOptions = {
  'from-here': {
    requiresArg: true,
    describe: 'Also connect from this machine, as a client would: ADDRESS:PORT, once or more often',
    coerce: endpoints('--from-here'),
  },
  capture: {
    requiresArg: true,
    describe:
      'Seconds to watch, on each node, by which interface requests come in and answers leave; --from-here connects meanwhile',
    coerce: wholeNumber('--capture', { min: 1, max: 3600 }),
  },
  reboot: {
    type: 'boolean',
    describe: 'Restart the nodes one by one and verify each again; stops at the first that is not as before',
  },
  yes: { alias: 'y', type: 'boolean', describe: 'Restart without asking' },
  'before-reboot': {
    requiresArg: true,
    describe: 'Shell command to run here before each restart, the host in $MLBROUTE_HOST',
    coerce: filledText('--before-reboot'),
  },
  'after-reboot': {
    requiresArg: true,
    describe: 'The same after each restart where all is well',
    coerce: filledText('--after-reboot'),
  },
  'reboot-timeout': {
    requiresArg: true,
    default: defaultRebootTimeoutS,
    describe: 'Seconds a node may take to be back',
    coerce: wholeNumber('--reboot-timeout', { min: 10, max: 86_400 }),
  },
} as const;

/** What was said to `verify` alone; without `reboot` no node is restarted. */
export type VerifyChoice = Pick<VerifyOptions, 'fromHere' | 'captureS' | 'reboot'>;

type VerifyArguments = {
  readonly capture: number | undefined;
  readonly reboot: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly 'before-reboot': string | undefined;
  readonly 'after-reboot': string | undefined;
  readonly 'reboot-timeout': number;
};

/** Throws where two of the options do not go together. */
export function checkVerify({ reboot, capture, yes, ...argv }: VerifyArguments): true {
  const isSaid =
    argv['before-reboot'] !== undefined ||
    argv['after-reboot'] !== undefined ||
    argv['reboot-timeout'] !== defaultRebootTimeoutS ||
    yes === true;
  if (reboot !== true && isSaid)
    throw new Error('--before-reboot, --after-reboot, --reboot-timeout and --yes are about --reboot: say that, too');
  if (reboot === true && capture !== undefined)
    throw new Error('--capture watches nodes that run: say it without --reboot');
  return true;
}

/** What was said of captures. */
export function captureOf({ capture }: Pick<VerifyArguments, 'capture'>): Pick<VerifyChoice, 'captureS'> {
  return capture === undefined ? {} : { captureS: capture };
}

/** What was said of restarts. */
export function rebootOf(argv: Omit<VerifyArguments, 'capture'>): Pick<VerifyChoice, 'reboot'> {
  if (argv.reboot !== true) return {};
  const reboot = {
    timeoutS: argv['reboot-timeout'],
    before: argv['before-reboot'] ?? null,
    after: argv['after-reboot'] ?? null,
    yes: argv.yes ?? false,
  };
  return { reboot };
}
