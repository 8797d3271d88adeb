import type { HostConnection } from '../domain/host.ts';
import type { ConnectionVariables } from './connection-variables.ts';
import type { SshOptions } from './ssh-arguments.ts';

type Sources = readonly (SshOptions & { readonly variable: string })[];

/**
 * Who makes the connection: as `wished`, else as `mlbroute_transport` says, or the system's ssh where an argument asks for what only that can do. What ssh's own
 * files ask for shows when connecting.
 */
export function transportOf(
  read: ConnectionVariables,
  sources: Sources,
  wished: HostConnection['transport']['kind'] | null,
): HostConnection['transport'] {
  read.only('mlbroute_transport', ['auto', 'ssh2', 'openssh']);
  const written = read.text('mlbroute_transport')?.text;
  const wish = wished ?? written ?? 'auto';
  if (wish === 'openssh')
    return { kind: 'openssh', because: wished === null ? 'mlbroute_transport is openssh' : 'as --transport says' };
  const beyond = sources.flatMap(({ beyond: names, variable }) => names.map((name) => ({ name, variable })));
  if (wish === 'ssh2') {
    for (const { name, variable } of beyond)
      read.refuse(variable, {
        code: 'ssh-option',
        message: `the ssh option ${name} needs the system's ssh`,
        hint: wished === null ? 'set mlbroute_transport to openssh or auto' : 'leave --transport ssh2 away',
      });
    return { kind: 'ssh2' };
  }
  const [asked] = beyond;
  if (asked === undefined) return { kind: 'auto' };
  return { kind: 'openssh', because: `${asked.name} in ${asked.variable} needs it` };
}

/** All of it as arguments of ssh(1). Of `sources` the first goes before what the variables settled, the others after: the first value counts. */
export function asSshArguments(
  [first, ...others]: Sources,
  settled: { readonly [option: string]: string | undefined },
): readonly string[] {
  const options = Object.entries(settled).flatMap(([name, value]) =>
    value === undefined ? [] : ['-o', `${name}=${value}`],
  );
  return [...(first?.words ?? []), ...options, ...others.flatMap(({ words }) => words)];
}
