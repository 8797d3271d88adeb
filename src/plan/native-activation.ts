import type { FileChange, RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { HostFacts } from '../domain/facts.ts';
import { netplanFile, routingScript } from '../domain/network-file.ts';
import { generateAtBoot } from './netplan-changes.ts';
import { isShielded, shieldFile, unshield } from './shield-links.ts';

/** The host's own tool, and whether it interrupts what others have on the host. */
export type Activation = { readonly change: RuntimeChange; readonly interrupts: boolean };

/**
 * Has the host's own tool bring up what a push has written, before the kernel is changed: what the tool has made is left as it is then, and
 * what it has not is made. Null where no file of the tool's changes, and so it would do nothing. `later` are the changes of the kernel that follow:
 * where the push goes back, they are taken back whoever made them.
 */
export function nativeActivation(
  files: readonly FileChange[],
  desired: DesiredState,
  facts: HostFacts,
  later: readonly RuntimeChange[],
): Activation | null {
  if (files.some(({ path }) => path === netplanFile) && facts.programs.includes('netplan'))
    return byNetworkd(['netplan', 'apply'], desired, facts, later);
  if (files.some(({ path }) => path.startsWith('/etc/systemd/network/')) && facts.isNetworkdActive)
    return byNetworkd(['networkctl', 'reload'], desired, facts, later);
  const isScriptWritten = files.some(({ kind, path }) => path === routingScript && kind !== 'remove');
  return isScriptWritten ? { change: byScript(later), interrupts: false } : null;
}

function byNetworkd(
  tool: readonly string[],
  { links }: DesiredState,
  facts: HostFacts,
  later: readonly RuntimeChange[],
): Activation {
  // A function of node/apply.sh and node/transaction.sh.
  const activate: Command = { argv: ['activate', ...tool], why: 'the host’s own tool brings it up', stdin: null };
  const shielded = links.map(({ name }) => name).filter((name) => isShielded(name, facts));
  const whole =
    tool[0] === 'netplan' ? 'all of its interfaces' : 'interfaces whose files changed, and the parents of VLANs,';
  return {
    interrupts: true,
    change: {
      sign: '~',
      subject: 'activation',
      words: `${tool.join(' ')}: configures ${whole} anew; their addresses are gone for a moment, and with them routes and rules of others`,
      apply: [...shielded.map((name) => unshield(name, 'networkd is to take it now')), activate],
      undo: [...shielded.map((name) => shieldFile(name)), activate],
      ...(tool[0] === 'netplan' ? { undoAtBoot: [generateAtBoot] } : {}),
      undoBeforeFiles: undoOf(later),
      readsFiles: true,
    },
  };
}

/** It adds what is missing, and takes nothing of others away. */
function byScript(later: readonly RuntimeChange[]): RuntimeChange {
  return {
    sign: '~',
    subject: 'activation',
    words: `mlbroute-routing.service: runs ${routingScript} as at boot; nothing is interrupted`,
    apply: [{ argv: ['sh', routingScript, 'during-push'], why: 'as at boot', stdin: null }],
    undo: undoOf(later),
  };
}

function undoOf(changes: readonly RuntimeChange[]): readonly Command[] {
  return changes.toReversed().flatMap(({ undo }) => undo);
}
