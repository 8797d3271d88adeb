import type { Lab } from './lab-state.ts';

/** A network namespace of the lab: `switch` is bridge, controller and default gateway; the others are clients. */
export type LabNamespace = 'switch' | 'client' | 'onlink';

/** The argument vector that runs `argv` in a namespace of the lab. */
export function inNamespace(lab: Lab, namespace: LabNamespace, argv: readonly string[]): readonly string[] {
  const holder = lab.daemons.find((daemon) => daemon.name === namespace);
  if (holder === undefined) throw new Error(`no holder of the namespace ${namespace} yet`);
  // With -m the working directory becomes /: paths handed on are absolute.
  const own = lab.isRootless ? ['-U', '--preserve-credentials', '-m'] : [];
  return ['nsenter', '-t', String(holder.pid), ...own, '-n', '--', ...argv];
}

/** The same, in a process namespace of its own: with the first process goes all that it started, user-mode Linux's many children too. */
export function inNamespaceAlone(lab: Lab, namespace: LabNamespace, argv: readonly string[]): readonly string[] {
  return inNamespace(lab, namespace, ['unshare', '-p', '--fork', '--kill-child=KILL', '--mount-proc', ...argv]);
}
