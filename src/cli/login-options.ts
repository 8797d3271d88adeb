import { filledText, oneOf } from './coerce.ts';
import type { LoginChoice } from './command-table.ts';

/** Who may speak SSH. */
export const transports = ['auto', 'ssh2', 'openssh'] as const;

/** The options about logging in to hosts. */
export const loginOptions = {
  'accept-new': { type: 'boolean', describe: 'Accept and keep the keys of hosts seen for the first time' },
  transport: {
    requiresArg: true,
    describe: 'ssh2: speak SSH here; openssh: let the ssh of this machine; auto: that one where the other cannot',
    coerce: oneOf('--transport', transports),
  },
  'ask-pass': { alias: 'k', type: 'boolean', describe: 'Ask for the password of ssh' },
  'connection-password-file': {
    requiresArg: true,
    describe: 'A file whose first line is the password of ssh (else $MLBROUTE_PASSWORD where the inventory has none)',
    coerce: filledText('--connection-password-file'),
    conflicts: 'ask-pass',
  },
  'ask-become-pass': { alias: 'K', type: 'boolean', describe: 'Ask for the password of sudo' },
} as const;

/** How to log in. */
export function loginOf(argv: {
  readonly 'accept-new': boolean | undefined;
  readonly transport: LoginChoice['transport'];
  readonly 'ask-pass': boolean | undefined;
  readonly 'connection-password-file': string | undefined;
  readonly 'ask-become-pass': boolean | undefined;
}): LoginChoice {
  const { transport, 'ask-pass': askPass, 'connection-password-file': connectionPasswordFile } = argv;
  return {
    acceptNew: argv['accept-new'] ?? false,
    ...(transport === undefined ? {} : { transport }),
    ...(askPass === undefined ? {} : { askPass }),
    ...(connectionPasswordFile === undefined ? {} : { connectionPasswordFile }),
    askBecomePass: argv['ask-become-pass'] ?? false,
  };
}
