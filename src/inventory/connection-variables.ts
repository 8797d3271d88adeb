import type { Diagnostic } from '../domain/diagnostic.ts';
import type { HostVars, Json } from '../domain/variable.ts';

/** A value and the variable it was written in, so that a fault can be shown there. */
export type Setting = { readonly text: string; readonly variable: string };

/** What is wrong with a connection variable. */
type ConnectionFault = { readonly code: string; readonly message: string; readonly hint: string | null };

/** Reads connection variables by their first name, whichever alias is set; null where none is, or where a fault was reported. */
export type ConnectionVariables = {
  readonly text: (name: string) => Setting | null;
  /** A text, number or boolean as text. */
  readonly scalar: (name: string) => Setting | null;
  readonly boolean: (name: string) => boolean | null;
  /** Refuses all values but these. */
  readonly only: (name: string, values: readonly string[]) => void;
  readonly wholeNumber: (setting: Setting | null, from: number, to: number) => number | null;
  /** The meaning of a word of an option of ssh_config(5). */
  readonly choice: <T>(option: string, setting: Setting | null, meanings: { readonly [word: string]: T }) => T | null;
  /** A path with `~` expanded. */
  readonly path: (setting: Setting, homeDirectory: string) => string;
  readonly refuse: (variable: string, fault: ConnectionFault) => void;
};

/** The variables that mean the same (connection/ssh.py, become/sudo.py); the first is the name they are read by. */
const aliases: readonly (readonly string[])[] = [
  ['ansible_host', 'ansible_ssh_host'],
  ['ansible_port', 'ansible_ssh_port'],
  ['ansible_user', 'ansible_ssh_user'],
  ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
  ['ansible_become_user', 'ansible_sudo_user'],
  ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  ['ansible_become_exe', 'ansible_sudo_exe'],
];

/** Every variable that says how to reach a host, aliases too. */
export const connectionVariableNames: readonly string[] = [
  ...aliases.flat(),
  'ansible_become',
  'ansible_become_flags',
  'ansible_become_method',
  'ansible_connection',
  'ansible_ssh_args',
  'ansible_ssh_common_args',
  'ansible_ssh_executable',
  'ansible_ssh_extra_args',
  'ansible_ssh_timeout',
  'mlbroute_transport',
];

/** Gives typed access to the connection variables of a host. */
export function connectionVariables(vars: HostVars, report: (diagnostic: Diagnostic) => void): ConnectionVariables {
  const refuse = (variable: string, fault: ConnectionFault) =>
    report({ severity: 'error', ...fault, at: vars.locate([variable]) });
  const refuseType = (variable: string, message: string, hint: string | null) =>
    refuse(variable, { code: 'connection-type', message: `${variable} ${message}`, hint });

  function find(name: string): { readonly variable: string; readonly value: Exclude<Json, null> } | null {
    const names = aliases.find(([first]) => first === name) ?? [name];
    const [first, ...others] = names.flatMap((variable) => {
      const value = Object.hasOwn(vars.values, variable) ? vars.values[variable] : null;
      return value === undefined || value === null ? [] : [{ variable, value }];
    });
    if (first === undefined) return null;
    // Ansible's parts disagree about which alias wins, so two that differ are refused.
    const other = others.find(({ value }) => JSON.stringify(value) !== JSON.stringify(first.value));
    if (other !== undefined) {
      const message = `${other.variable} and ${first.variable} mean the same and have different values`;
      refuse(other.variable, { code: 'connection-alias', message, hint: `keep ${first.variable}` });
    }
    return first;
  }

  function scalar(name: string): Setting | null {
    const found = find(name);
    if (found === null) return null;
    if (typeof found.value !== 'object') return { text: String(found.value), variable: found.variable };
    refuseType(found.variable, 'must be one value, not a list or a mapping', null);
    return null;
  }

  return {
    refuse,
    scalar,
    text: (name) => {
      const found = scalar(name);
      if (found === null || typeof vars.values[found.variable] === 'string') return found;
      // YAML has already dropped zeros and signs by now: the number need not be what was written.
      refuseType(found.variable, 'must be text', 'write the value in quotes');
      return null;
    },
    boolean: (name) => {
      const found = scalar(name);
      if (found === null) return null;
      // The words of Ansible's boolean(), for values that come through quotes.
      const word = found.text.toLowerCase();
      if (/^(?:true|yes|on|y|t|1)$/.test(word)) return true;
      if (!/^(?:false|no|off|n|f|0)$/.test(word)) refuseType(found.variable, 'must be true or false', null);
      return false;
    },
    only: (name, values) => {
      const found = scalar(name);
      if (found === null || values.includes(found.text)) return;
      const message = `${found.variable} "${found.text}" is not supported`;
      refuse(found.variable, { code: 'connection-unsupported', message, hint: `supported: ${values.join(', ')}` });
    },
    wholeNumber: (setting, from, to) => {
      if (setting === null) return null;
      const number = /^\d+$/.test(setting.text) ? Number(setting.text) : Number.NaN;
      if (number >= from && number <= to) return number;
      const message = `"${setting.text}" is not a whole number from ${from} to ${to}`;
      refuse(setting.variable, { code: 'connection-range', message, hint: null });
      return null;
    },
    choice: (option, setting, meanings) => {
      if (setting === null) return null;
      const meaning = Object.entries(meanings).find(([word]) => word === setting.text.toLowerCase());
      if (meaning !== undefined) return meaning[1];
      const hint = `write one of ${Object.keys(meanings).join(', ')}`;
      refuse(setting.variable, {
        code: 'ssh-option',
        message: `"${setting.text}" is not a value of the ssh option ${option}`,
        hint,
      });
      return null;
    },
    path: ({ text, variable }, homeDirectory) => {
      if (text === '~' || text.startsWith('~/')) return homeDirectory + text.slice(1);
      if (text.startsWith('~')) {
        const message = `"${text}": the home of another user is not known here`;
        refuse(variable, { code: 'connection-path', message, hint: 'write the path in full' });
      }
      return text;
    },
  };
}
