import { shells } from '../domain/completion.ts';
import { obstacleCodes } from '../domain/obstacle.ts';
import { schemaSubjects } from '../domain/schema-subject.ts';
import { kubeProxies } from './explain-options.ts';
import { labKubeProxies } from './lab-options.ts';
import { transports } from './login-options.ts';
import { type optionsOf, renderForms, type Verb } from './options.ts';
import { outputs } from './output-options.ts';

/** What the value of an option is, for who types it: one of a few words, something that is looked up, or a text of one's own. */
export type Meaning =
  | 'file'
  | 'variables'
  | 'host'
  | 'pattern'
  | 'tags'
  | 'text'
  | { readonly words: readonly string[]; readonly isList: boolean };

type OptionsOf<V> = V extends Verb ? (typeof optionsOf)[V] : never;
type Names<O> = O extends unknown
  ? { [N in keyof O]: O[N] extends { readonly type: 'boolean' } ? never : N }[keyof O]
  : never;
type ValueOption = Names<OptionsOf<Verb>>;

const oneOf = (words: readonly string[]): Meaning => ({ words, isList: false });

const meanings: { readonly [name in ValueOption]: Meaning } = {
  'after-reboot': 'text',
  as: oneOf(renderForms),
  'before-reboot': 'text',
  capture: 'text',
  'confirm-timeout': 'text',
  'connection-password-file': 'file',
  context: 'text',
  device: 'text',
  dir: 'file',
  'extra-vars': 'variables',
  force: { words: obstacleCodes, isList: true },
  forks: 'text',
  from: 'text',
  'from-here': 'text',
  gateway: 'text',
  host: 'host',
  'host-keys': 'file',
  iif: 'text',
  inventory: 'file',
  'kube-proxy': oneOf(kubeProxies),
  limit: 'pattern',
  mark: 'text',
  'max-fail': 'text',
  network: 'text',
  nodes: 'text',
  out: 'file',
  output: oneOf(outputs),
  parent: 'text',
  plan: 'file',
  playbook: 'file',
  'pod-cidr': 'text',
  pool: 'text',
  pools: 'file',
  'reboot-timeout': 'text',
  report: 'file',
  retry: oneOf(['last']),
  serial: 'text',
  shard: 'text',
  'skip-tags': 'tags',
  tags: 'tags',
  templates: 'file',
  to: 'text',
  transport: oneOf(transports),
  user: 'text',
  var: 'text',
  'vault-password-file': 'file',
  vlan: 'text',
};

/** What the value of an option of a command is. */
export function meaningOf(verb: Verb, name: string): Meaning {
  if (verb === 'lab up' && name === 'kube-proxy') return oneOf(labKubeProxies);
  // There is no inventory yet that would know hosts.
  if (verb === 'init' && name === 'host') return 'text';
  return Object.entries<Meaning>(meanings).find(([each]) => each === name)?.[1] ?? 'text';
}

/** The words that stand alone behind a command. */
export const fixedWords = { schema: schemaSubjects, completion: shells } as const;
