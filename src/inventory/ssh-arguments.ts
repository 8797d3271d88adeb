import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { splitShellWords } from './shell-words.ts';

/** What the arguments of ssh(1) can set. As in ssh_config(5) the first value of an option counts, and key files add up. */
export type SshOptions = {
  readonly values: { readonly [K in SettingName]?: string };
  readonly identityFiles: readonly string[];
  /** All of them as arguments of ssh(1), in order. */
  readonly words: readonly string[];
  /** The names of options that only ssh(1) itself can honour. */
  readonly beyond: readonly string[];
};

/** An option that mlbroute honours, in lower case as ssh_config(5) compares them. */
export type SettingName =
  | 'port'
  | 'user'
  | 'proxycommand'
  | 'userknownhostsfile'
  | 'stricthostkeychecking'
  | 'identitiesonly'
  | 'connecttimeout';

/** Why arguments are refused. */
export type SshArgumentFault = { readonly code: string; readonly message: string; readonly hint: string | null };

const settings: readonly string[] = [
  'Port',
  'User',
  'ProxyCommand',
  'UserKnownHostsFile',
  'StrictHostKeyChecking',
  'IdentitiesOnly',
  'ConnectTimeout',
  'IdentityFile',
];

// mlbroute keeps one connection per host, watches it itself and never asks a question, so these change nothing.
const harmless: readonly string[] = [
  'BatchMode',
  'Compression',
  'ControlMaster',
  'ControlPath',
  'ControlPersist',
  'LogLevel',
  'PreferredAuthentications',
  'ServerAliveCountMax',
  'ServerAliveInterval',
  'TCPKeepAlive',
];

/** What mlbroute learns through `ssh -G`. */
const learned: readonly string[] = [
  'Ciphers',
  'GlobalKnownHostsFile',
  'HostKeyAlgorithms',
  'HostKeyAlias',
  'IdentityAgent',
  'IPQoS',
  'KexAlgorithms',
  'MACs',
  'ProxyJump',
  'UpdateHostKeys',
];

/** What mlbroute leaves to ssh(1). Options that would take the connection from a session (forwardings, commands, terminals) are not among them. */
const opensshOnly: readonly string[] = [
  'AddressFamily',
  'BindAddress',
  'BindInterface',
  'CASignatureAlgorithms',
  'CertificateFile',
  'CheckHostIP',
  'GSSAPIAuthentication',
  'GSSAPIDelegateCredentials',
  'HostbasedAuthentication',
  'KbdInteractiveAuthentication',
  'KnownHostsCommand',
  'PasswordAuthentication',
  'PKCS11Provider',
  'PubkeyAcceptedAlgorithms',
  'PubkeyAuthentication',
  'RekeyLimit',
  'RevokedHostKeys',
  'SecurityKeyProvider',
  'VerifyHostKeyDNS',
];

const flagOptions: { readonly [flag: string]: string } = { i: 'IdentityFile', l: 'User', p: 'Port', J: 'ProxyJump' };

/** Reads `ansible_ssh_common_args` and its like. An option that could matter and is not honoured is an error, never dropped. */
export function parseSshArguments(line: string): Result<SshOptions, readonly SshArgumentFault[]> {
  const words = splitShellWords(line);
  if (!words.ok) return err([{ code: 'ssh-arguments', message: `cannot split "${line}": ${words.error}`, hint: null }]);
  const values: { [K in SettingName]?: string } = {};
  const identityFiles: string[] = [];
  const faults: SshArgumentFault[] = [];
  const kept: string[] = [];
  const beyond: string[] = [];
  for (const item of readFlags(words.value)) {
    if (!item.ok) {
      faults.push(item.error);
      continue;
    }
    const { name, value } = item.value;
    if (name === 'F') {
      kept.push('-F', value);
      continue;
    }
    kept.push('-o', `${name}=${value}`);
    const key = name.toLowerCase();
    if (key === 'identityfile') identityFiles.push(value);
    else if (settings.some((each) => each.toLowerCase() === key)) values[key as SettingName] ??= value;
    else if (opensshOnly.some((each) => each.toLowerCase() === key)) beyond.push(name);
    else if (![...harmless, ...learned].some((each) => each.toLowerCase() === key)) faults.push(unsupported(name));
  }
  return faults.length > 0 ? err(faults) : ok({ values, identityFiles, words: kept, beyond });
}

type Option = { readonly name: string; readonly value: string };

function* readFlags(words: readonly string[]): Generator<Result<Option, SshArgumentFault>> {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (/^-[Cq]+$/.test(word)) continue;
    const [, flag, attached = ''] = /^-([oiplJF])([\s\S]*)$/.exec(word) ?? [];
    if (flag === undefined) {
      yield err(unsupported(word));
      continue;
    }
    const argument = attached === '' ? words[++i] : attached;
    if (argument === undefined)
      yield err({ code: 'ssh-arguments', message: `the option -${flag} has no value`, hint: null });
    else if (flag === 'o') yield readOption(argument);
    else yield ok({ name: flagOptions[flag] ?? flag, value: argument });
  }
}

/** `Name=value`, `Name = value` or `Name value`, as in a line of ssh_config(5). */
function readOption(text: string): Result<Option, SshArgumentFault> {
  const [, name, value] = /^\s*(\w+)(?:\s*=\s*|\s+)([\s\S]*\S)\s*$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    return err({
      code: 'ssh-arguments',
      message: `"-o ${text}" is not an option with a value`,
      hint: 'write -o Name=value',
    });
  return ok({ name, value });
}

function unsupported(name: string): SshArgumentFault {
  const hint =
    didYouMean(name, [...settings, ...harmless, ...learned, ...opensshOnly]) ?? `supported: ${settings.join(', ')}`;
  return { code: 'ssh-option', message: `the ssh option ${name} is not supported yet`, hint };
}
