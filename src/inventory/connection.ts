import { comparePlaces, type Diagnostic } from '../domain/diagnostic.ts';
import { type HostConnection, type HostName, secret } from '../domain/host.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars } from '../domain/variable.ts';
import { connectionVariables, type Setting } from './connection-variables.ts';
import { parseSshArguments, type SettingName, type SshOptions } from './ssh-arguments.ts';
import { asSshArguments, transportOf } from './transport-of.ts';

/** What counts where the inventory is silent. */
export type ConnectionDefaults = {
  /** The login name, usually that of the person who pushes. */
  readonly user: string;
  /** What `~` means in paths. */
  readonly homeDirectory: string;
  /** Counts before what the inventory says; null where it is the inventory's to say. */
  readonly transport: HostConnection['transport']['kind'] | null;
};

type Source = SshOptions & { readonly variable: string };

const longestTimeoutS = 86_400;
// `ask` cannot ask: nobody watches hundreds of hosts at once, so it refuses as `yes` does.
const strictnesses = { yes: 'strict', ask: 'strict', 'accept-new': 'accept-new', no: 'off', off: 'off' } as const;

/**
 * How to reach a host, from Ansible's connection variables and the ssh arguments among them. Their order is Ansible's: the first of
 * `ansible_ssh_args`, the variables, `ansible_ssh_common_args`, `ansible_ssh_extra_args` to set something wins; key files add up.
 */
export function connectionOf(
  name: HostName,
  vars: HostVars,
  defaults: ConnectionDefaults,
): Result<HostConnection, readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const read = connectionVariables(vars, (diagnostic) => diagnostics.push(diagnostic));

  const source = (variable: string): Source => {
    const parsed = parseSshArguments(read.text(variable)?.text ?? '');
    if (parsed.ok) return { ...parsed.value, variable };
    for (const fault of parsed.error) read.refuse(variable, fault);
    return { values: {}, identityFiles: [], words: [], beyond: [], variable };
  };
  const sources = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'].map(source);
  const [first, common, extra] = sources;
  const from = (args: Source | undefined, option: SettingName): Setting | null => {
    const text = args?.values[option];
    return text === undefined || args === undefined ? null : { text, variable: args.variable };
  };
  const settle = (option: SettingName, variable: Setting | null): Setting | null =>
    from(first, option) ?? variable ?? from(common, option) ?? from(extra, option);
  const keysIn = (args: Source | undefined): readonly Setting[] =>
    args?.identityFiles.map((text) => ({ text, variable: args.variable })) ?? [];

  const isChecked = read.boolean('ansible_host_key_checking');
  const unchecked = isChecked === false ? { text: 'no', variable: 'ansible_host_key_checking' } : null;
  const keyFile = read.text('ansible_ssh_private_key_file');
  const keyFiles = [...keysIn(first), ...(keyFile === null ? [] : [keyFile]), ...keysIn(common), ...keysIn(extra)];
  const knownHosts = settle('userknownhostsfile', null);
  const knownHostsFiles = knownHosts?.text === 'none' ? [] : (knownHosts?.text.split(/\s+/) ?? null);
  const proxyCommand = settle('proxycommand', null)?.text ?? null;
  const timeoutS = read.wholeNumber(settle('connecttimeout', read.scalar('ansible_ssh_timeout')), 1, longestTimeoutS);
  const port = settle('port', read.scalar('ansible_port'));
  const user = settle('user', read.scalar('ansible_user'))?.text;
  const checking = settle('stricthostkeychecking', unchecked);
  const password = read.text('ansible_password');
  const expand = (path: Setting) => read.path(path, defaults.homeDirectory);
  read.only('ansible_connection', ['ssh', 'smart', 'ansible.builtin.ssh']);
  read.only('ansible_ssh_executable', ['ssh', '/usr/bin/ssh']);

  const connection: HostConnection = {
    name,
    address: read.text('ansible_host')?.text ?? name,
    port: read.wholeNumber(port, 1, 65_535) ?? 22,
    user: user ?? defaults.user,
    privateKeyFiles: keyFiles.map(expand),
    identitiesOnly: read.choice('IdentitiesOnly', settle('identitiesonly', null), { yes: true, no: false }) ?? false,
    password: password === null ? null : secret(password.text),
    become: become(),
    proxyCommand: proxyCommand?.toLowerCase() === 'none' ? null : proxyCommand,
    knownHostsFiles: knownHostsFiles?.map((text) => expand({ text, variable: knownHosts?.variable ?? '' })) ?? null,
    hostKeyChecking: read.choice('StrictHostKeyChecking', checking, strictnesses) ?? 'strict',
    connectTimeoutMs: timeoutS === null ? null : timeoutS * 1000,
    transport: transportOf(read, sources, defaults.transport),
    sshArguments: asSshArguments(sources, {
      User: user,
      Port: port?.text,
      StrictHostKeyChecking: checking?.text,
      ConnectTimeout: timeoutS === null ? undefined : String(timeoutS),
      IdentityFile: keyFile?.text,
    }),
  };
  return diagnostics.length > 0 ? err(diagnostics.sort(comparePlaces)) : ok(connection);

  function become(): HostConnection['become'] {
    if (read.boolean('ansible_become') !== true) return null;
    read.only('ansible_become_method', ['sudo', 'ansible.builtin.sudo']);
    read.only('ansible_become_exe', ['sudo', '/usr/bin/sudo']);
    read.only('ansible_become_flags', ['-H -S -n', '-H -S', '-H -n', '-S -n', '-H', '-S', '-n']);
    const becomePassword = read.text('ansible_become_password');
    return {
      user: read.text('ansible_become_user')?.text ?? 'root',
      password: becomePassword === null ? null : secret(becomePassword.text),
    };
  }
}
