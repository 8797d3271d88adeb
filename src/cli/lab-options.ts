import { filledText, oneOf, wholeNumber } from './coerce.ts';

/** The options of every command of the lab. */
export const labOptions = {
  dir: {
    requiresArg: true,
    describe: "The lab's folder (else $MLBROUTE_LAB_DIR, else below $XDG_STATE_HOME)",
    coerce: filledText('--dir'),
  },
} as const;

/** What the lab can emulate. */
export const labKubeProxies = ['iptables', 'ipvs'] as const;

/** The options of `lab up` beside those. */
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
    coerce: oneOf('--kube-proxy', labKubeProxies),
  },
  install: { type: 'boolean', describe: 'Install missing packages of this machine (as root)' },
} as const;

/** The options of `demo`. */
export const demoOptions = {
  nodes: labUpOptions.nodes,
  install: labUpOptions.install,
  keep: { type: 'boolean', describe: 'Leave the nodes up at the end' },
  report: {
    default: 'report/demo.md',
    requiresArg: true,
    describe: 'Where the table of results is written',
    coerce: filledText('--report'),
  },
} as const;
