import { filledText } from './coerce.ts';

/** The options about what a host gets before its first push. */
export const bootstrapOptions = {
  'host-keys': {
    requiresArg: true,
    describe: 'Pin the keys of new hosts where this file has them, in the form of known_hosts, and ask nobody',
    coerce: filledText('--host-keys'),
    conflicts: 'accept-new',
  },
  install: { type: 'boolean', describe: 'Install the packages that a push needs and a host has not' },
  sudoers: { type: 'boolean', describe: 'Spare the password of sudo from now on, by a file in /etc/sudoers.d' },
} as const;
