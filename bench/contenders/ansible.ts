import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostPlan } from '../../src/domain/change.ts';
import type { BenchFleet } from '../fleet/start-fleet.ts';
import type { Contender } from './contender.ts';
import { playbookOf } from './playbook.ts';

const mitogenPlugins = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy';

/**
 * ansible-core with pipelining and 50 forks, as it is or with Mitogen's strategy. `expected` is what `readKernel` tells on a host that is as
 * described.
 */
export function ansible(
  fleet: BenchFleet,
  work: { readonly plan: HostPlan; readonly expected: string; readonly strategy: 'linear' | 'mitogen_linear' },
): Contender {
  const { plan, expected, strategy } = work;
  if (!existsSync('/usr/bin/ansible-playbook')) throw new Error('ansible is missing: apt-get install ansible-core');
  if (strategy === 'mitogen_linear' && !existsSync(mitogenPlugins))
    throw new Error('Mitogen is missing: apt-get install ansible-mitogen');
  const playbook = join(fleet.directory, 'playbook.json');
  writeFileSync(playbook, playbookOf(plan, expected));
  // Short: the path of a socket may have 107 bytes.
  const sockets = mkdtempSync('/tmp/cp-');
  const env = {
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_FORKS: '50',
    ANSIBLE_STRATEGY: strategy,
    ...(strategy === 'mitogen_linear' ? { ANSIBLE_STRATEGY_PLUGINS: mitogenPlugins } : {}),
    ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
    ANSIBLE_LOCALHOST_WARNING: 'False',
    ANSIBLE_NOCOLOR: '1',
    HOME: fleet.directory,
  };
  const push = ['ansible-playbook', '-i', fleet.inventory, playbook];
  return {
    name: strategy === 'linear' ? 'ansible' : 'mitogen',
    command: (kind) => ({ argv: kind === 'audit' ? [...push, '--check', '--diff'] : push, env }),
    tidy: () => {
      // The connections it keeps for a minute would spare the next run its logins.
      for (const name of existsSync(sockets) ? readdirSync(sockets) : [])
        execFileSync('ssh', ['-o', `ControlPath=${join(sockets, name)}`, '-O', 'exit', 'host'], { stdio: 'ignore' });
      rmSync(sockets, { recursive: true, force: true });
    },
  };
}
