import type { HostConnection } from '../domain/host.ts';
import type { ConnectionVariables } from './connection-variables.ts';
import type { SshOptions } from './ssh-arguments.ts';

const transports = ['auto', 'ssh2', 'openssh'];

/**
 * Whether the system's ssh makes the connection: where `mlbroute_transport` says so, or by itself where an argument asks for what only that can
 * do. `settled` are options the variables set; they go first, as the arguments after them were weighed already.
 */
export function opensshChoice(
  read: ConnectionVariables,
  sources: readonly (SshOptions & { readonly variable: string })[],
  settled: { readonly [option: string]: string | undefined },
): HostConnection['openssh'] {
  read.only('mlbroute_transport', transports);
  const wish = read.text('mlbroute_transport')?.text ?? 'auto';
  const beyond = sources.flatMap(({ beyond: names, variable }) => names.map((name) => ({ name, variable })));
  const [asked] = beyond;
  if (wish === 'ssh2') {
    for (const { name, variable } of beyond)
      read.refuse(variable, {
        code: 'ssh-option',
        message: `the ssh option ${name} needs the system's ssh`,
        hint: 'set mlbroute_transport to openssh or auto',
      });
    return null;
  }
  if (wish === 'auto' && asked === undefined) return null;
  const because =
    wish === 'openssh' || asked === undefined
      ? 'mlbroute_transport is openssh'
      : `${asked.name} in ${asked.variable} needs it`;
  const [first, ...others] = sources;
  const options = Object.entries(settled).flatMap(([name, value]) =>
    value === undefined ? [] : ['-o', `${name}=${value}`],
  );
  const rest = others.flatMap(({ words }) => words);
  return { arguments: [...(first?.words ?? []), ...options, ...rest], because };
}
