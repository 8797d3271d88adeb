import type { FileChange, RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { HostFacts } from '../domain/facts.ts';
import { netplanFile } from '../domain/network-file.ts';

/** Netplan's generator runs at a boot before a push can be taken back there. */
export const generateAtBoot: Command = {
  argv: ['netplan', 'generate'],
  why: 'made before the files were back',
  stdin: null,
};

/**
 * What comes with a change of our file of netplan's. First netplan itself judges all of its files as they will be, in a folder of its own: one
 * that it cannot read keeps it from making any at the next boot, and the host would be without network. Last it makes networkd's files of them,
 * as it does at boot and whenever systemd reads its units; networkd does not read them, so nothing that runs changes.
 */
export function netplanChanges(
  files: readonly FileChange[],
  { programs }: HostFacts,
  isNative: boolean,
): { readonly check: readonly RuntimeChange[]; readonly generate: readonly RuntimeChange[] } {
  const change = files.find(({ path }) => path === netplanFile);
  if (change === undefined || !programs.includes('netplan')) return { check: [], generate: [] };
  const text = change.kind === 'remove' || change.after.kind !== 'file' ? null : change.after.content;
  // The first two are functions of node/apply.sh and node/transaction.sh.
  const judge = {
    argv: ['judge_netplan', ...(text === null ? [] : [netplanFile])],
    why: 'as the next boot',
    stdin: text,
  };
  const generate = { argv: ['generate_netplan'], why: 'what the next boot would make', stdin: null };
  return {
    check: [
      {
        sign: '~',
        subject: 'netplan',
        words: `netplan can read its files ${text === null ? 'without' : 'with'} ${netplanFile}`,
        apply: [judge],
        undo: [],
        isBeforeFiles: true,
      },
    ],
    // netplan apply does it itself.
    generate: isNative
      ? []
      : [
          {
            sign: '~',
            subject: 'netplan',
            words: 'netplan generate: files for the next boot, which networkd does not read now',
            apply: [generate],
            undo: [generate],
            undoAtBoot: [generateAtBoot],
            readsFiles: true,
          },
        ],
  };
}
