import { endpoints } from './coerce.ts';

/** What `verify` takes beside what all commands take that connect. */
export const verifyOptions = {
  'from-here': {
    requiresArg: true,
    describe: 'Also connect from this machine, as a client would: ADDRESS:PORT, once or more often',
    coerce: endpoints('--from-here'),
  },
} as const;
