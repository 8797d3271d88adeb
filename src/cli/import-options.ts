import { filledText } from './coerce.ts';

/** The options of `inventory import`. */
export const importOptions = {
  kubectl: { type: 'boolean', describe: 'Ask the cluster by kubectl, which only reads' },
  context: {
    requiresArg: true,
    describe: 'The context of kubectl; the present one by default',
    implies: 'kubectl',
    coerce: filledText('--context'),
  },
  out: {
    alias: 'o',
    requiresArg: true,
    describe: 'The inventory to write; one that is there is added to. Without it: on standard output',
    coerce: filledText('--out'),
  },
  check: { type: 'boolean', describe: 'Write nothing; exit code 2 where something would be added, or differs' },
  yes: { alias: 'y', type: 'boolean', describe: 'Add without a question' },
} as const;
