import type { Endpoint } from '../domain/endpoint.ts';
import { endpoints, filledText, wholeNumber } from './coerce.ts';

/** How long a node may take to come back, in seconds, where nothing is said. */
export const defaultRebootTimeoutS = 600;

/** What `verify` takes beside what all commands take that connect. */
export const verifyOptions = {
  'from-here': {
    requiresArg: true,
    describe: 'Also connect from this machine, as a client would: ADDRESS:PORT, once or more often',
    coerce: endpoints('--from-here'),
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
export type VerifyChoice = { readonly fromHere: readonly Endpoint[]; readonly reboot?: RebootChoice };

type RebootChoice = {
  readonly timeoutS: number;
  readonly before: string | null;
  readonly after: string | null;
  readonly yes: boolean;
};

/** What was said of restarts. */
export function rebootOf(argv: {
  readonly reboot: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly 'before-reboot': string | undefined;
  readonly 'after-reboot': string | undefined;
  readonly 'reboot-timeout': number;
}): Pick<VerifyChoice, 'reboot'> {
  if (argv.reboot !== true) return {};
  const reboot = {
    timeoutS: argv['reboot-timeout'],
    before: argv['before-reboot'] ?? null,
    after: argv['after-reboot'] ?? null,
    yes: argv.yes ?? false,
  };
  return { reboot };
}
