import { unplacedError } from '../domain/diagnostic.ts';
import type { Starter } from '../inventory/starter.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import type { Io } from './io.ts';
import { starterFaults } from './starter-faults.ts';

/** What the options of `init` say; null and empty lists: nothing. */
export type StarterAnswers = {
  readonly hosts: readonly string[];
  readonly user: string | null;
  readonly network: string | null;
  readonly pools: readonly string[];
  readonly device: string | null;
  readonly parent: string | null;
  readonly vlan: string | null;
  readonly gateway: string | null;
  readonly podCidrs: readonly string[];
};

type Question = {
  readonly text: string;
  /** The answer where none is typed; empty: one is needed. */
  readonly usual: string;
  /** True: what a later answer gives is still missing. */
  readonly isOpen?: true;
  readonly answer: (typed: string, starter: Starter) => Starter;
};

/** Answers that are right, so that only the one just given can be wrong. */
const example: Starter = {
  ...{ hosts: ['node01'], user: 'root', become: false, network: 'public', pools: ['1.2.3.0/24'] },
  ...{ link: { parent: 'eth0', vlan: 100 }, gateway: '1.2.3.1', podCidrs: ['10.112.0.0/12'] },
};

const questions: readonly Question[] = [
  {
    text: 'Hosts, as node[01:03].example.com or node01=192.168.1.11',
    usual: '',
    answer: (typed, starter) => ({ ...starter, hosts: listOf(typed) }),
  },
  {
    text: 'User to log in as',
    usual: 'root',
    answer: (user, starter) => ({ ...starter, user, become: user !== 'root' }),
  },
  {
    text: 'Interface of the hosts towards the router of the pools',
    usual: 'eth0',
    answer: (parent, starter) => ({ ...starter, link: { parent, vlan: 100 } }),
  },
  {
    text: 'VLAN of the pools on it, or none',
    usual: 'none',
    answer: (typed, starter) => ({ ...starter, link: linkFor(typed, starter) }),
  },
  {
    text: 'Pools of MetalLB, as 1.2.3.0/24 or 1.2.3.10-1.2.3.20',
    usual: '',
    isOpen: true,
    answer: (typed, starter) => ({ ...starter, pools: listOf(typed), gateway: null }),
  },
  {
    text: 'Router of the pools, or none',
    usual: '',
    answer: (typed, starter) => ({ ...starter, gateway: typed === 'none' ? null : typed }),
  },
  {
    text: 'Networks of the pods, as 10.112.0.0/12',
    usual: '',
    answer: (typed, starter) => ({ ...starter, podCidrs: listOf(typed) }),
  },
];

/** Asks for all that an inventory needs, each until the answer is right; null where the input ends. */
export async function askForStarter(io: Io): Promise<Starter | null> {
  let starter = example;
  for (const { text, usual, isOpen, answer } of questions) {
    for (;;) {
      const typed = await io.ask(usual === '' ? text : `${text} [${usual}]`);
      if (typed === null) return null;
      const given = typed.trim() === '' ? usual : typed.trim();
      const next = answer(given, starter);
      const faults =
        given === ''
          ? [unplacedError('init', 'this needs an answer', null)]
          : starterFaults(next)
              .filter(({ option }) => isOpen !== true || option === '--pool')
              .map(({ diagnostic }) => diagnostic);
      if (faults.length === 0) {
        starter = next;
        break;
      }
      io.stderr(formatDiagnostics(faults, () => null));
    }
  }
  return starter;
}

function listOf(typed: string): readonly string[] {
  return typed.split(/[\s,]+/).filter((word) => word !== '');
}

function linkFor(typed: string, { link }: Starter): Starter['link'] {
  const name = 'device' in link ? link.device : link.parent;
  return typed === 'none' ? { device: name } : { parent: name, vlan: vlanOf(typed) };
}

/** A number where it is one: what else it may be, the reader of the inventory says. */
export function vlanOf(typed: string): number | string {
  return /^\d+$/.test(typed) ? Number(typed) : typed;
}
