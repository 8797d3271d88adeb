import type { HostConnection } from '../domain/host.ts';
import { algorithms } from './algorithms.ts';
import { hostKeyAlgorithms } from './host-key.ts';
import { changedKeywords, filesIn, type SshConfig } from './ssh-config.ts';

/** A host with what ssh's files say where the inventory is silent. */
export type ConfiguredHost = {
  readonly host: HostConnection;
  /** The name known_hosts keeps its key by; null: address and port. */
  readonly hostKeyAlias: string | null;
  /** A path, `none`, or null where the files say nothing. */
  readonly identityAgent: string | null;
  readonly algorithms: Algorithms;
  /** The hosts to jump over, as `ssh -G` prints them; null for none. */
  readonly proxyJump: string | null;
  /** Why mlbroute's own SSH cannot do as the files say; empty where it can. */
  readonly beyond: readonly string[];
};

/** What may be agreed on with a server. */
type Algorithms = typeof algorithms & { readonly hostKey: readonly string[] };

const allAlgorithms: Algorithms = { ...algorithms, hostKey: hostKeyAlgorithms([], '', 22) };

/** What counts where no file of ssh is read. */
export function unconfigured(host: HostConnection): ConfiguredHost {
  return { host, hostKeyAlias: null, proxyJump: null, identityAgent: null, algorithms: allAlgorithms, beyond: [] };
}

/** Lays what `ssh -G` says over a host. What is as in `defaults`, by keyword, leaves the host as it is. */
export function configureHost(given: HostConnection, config: SshConfig, defaults: SshConfig): ConfiguredHost {
  const changed = new Set(changedKeywords(config, defaults));
  const values = (keyword: string) => (changed.has(keyword) ? (config.get(keyword) ?? null) : null);
  const value = (keyword: string) => values(keyword)?.[0] ?? null;
  const number = (keyword: string) => {
    const text = value(keyword);
    return text === null || !/^\d+$/.test(text) ? null : Number(text);
  };
  const beyond = [...changed].filter((keyword) => !honoured.has(keyword) && !withoutEffect.has(keyword));
  const allowed = (keyword: string, known: readonly string[]): string[] => {
    const names = value(keyword)?.split(',') ?? known;
    const both = known.filter((name) => names.includes(name));
    if (both.length === 0) beyond.push(keyword);
    return both;
  };

  // mlbroute expands these itself.
  if (/%[^%hpr]/.test(value('proxycommand') ?? '')) beyond.push('proxycommand');
  const address = config.get('hostname')?.[0] ?? given.address;
  const seconds = number('connecttimeout');
  const command = value('proxycommand');
  const named: HostConnection = {
    ...given,
    address,
    port: number('port') ?? given.port,
    user: config.get('user')?.[0] ?? given.user,
    identitiesOnly: changed.has('identitiesonly') ? value('identitiesonly') === 'yes' : given.identitiesOnly,
    proxyCommand: command === null ? given.proxyCommand : command.toLowerCase() === 'none' ? null : command,
    knownHostsFiles: knownHostsFiles(config, changed) ?? given.knownHostsFiles,
    hostKeyChecking: strictnesses[value('stricthostkeychecking') ?? ''] ?? given.hostKeyChecking,
    connectTimeoutMs: seconds === null ? given.connectTimeoutMs : seconds * 1000,
  };
  const keys = values('identityfile')?.map((file) => expandTokens(file, named, given.address));
  if (keys?.some((file) => file === null || file === 'none') === true) beyond.push('identityfile');
  const privateKeyFiles = keys?.filter((file) => file !== null) ?? given.privateKeyFiles;
  return {
    host: { ...named, privateKeyFiles },
    hostKeyAlias: value('hostkeyalias'),
    identityAgent: value('identityagent'),
    proxyJump: value('proxyjump')?.toLowerCase() === 'none' ? null : value('proxyjump'),
    algorithms: {
      kex: allowed('kexalgorithms', algorithms.kex),
      cipher: allowed('ciphers', algorithms.cipher),
      hmac: allowed('macs', algorithms.hmac),
      hostKey: allowed('hostkeyalgorithms', allAlgorithms.hostKey),
    },
    beyond,
  };
}

// `ssh -G` prints yes and no as true and false.
const strictnesses: { readonly [word: string]: HostConnection['hostKeyChecking'] } = {
  true: 'strict',
  ask: 'strict',
  'accept-new': 'accept-new',
  false: 'off',
};

function knownHostsFiles(config: SshConfig, changed: ReadonlySet<string>): readonly string[] | null {
  const keywords = ['userknownhostsfile', 'globalknownhostsfile'];
  if (!keywords.some((keyword) => changed.has(keyword))) return null;
  return keywords.flatMap((keyword) => filesIn(config, keyword));
}

/** Replaces the tokens of ssh_config(5) that are known here; null where there is another. `~` stays. */
function expandTokens(file: string, host: HostConnection, original: string): string | null {
  const tokens: { readonly [letter: string]: string } = {
    '%': '%',
    d: '~',
    h: host.address,
    n: original,
    p: String(host.port),
    r: host.user,
  };
  const unknown = [...file.matchAll(/%(.?)/gs)].some(([, letter = '']) => tokens[letter] === undefined);
  return unknown || file.includes('${') ? null : file.replace(/%(.)/gs, (_, letter: string) => tokens[letter] ?? '');
}

const honoured = new Set([
  'ciphers',
  'connecttimeout',
  'globalknownhostsfile',
  'host',
  'hostkeyalgorithms',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'kexalgorithms',
  'macs',
  'originalhost',
  'port',
  'proxycommand',
  'proxyjump',
  'stricthostkeychecking',
  'user',
  'userknownhostsfile',
]);

/**
 * What changes nothing here: mlbroute runs programs and nothing else, shares no connection, watches it itself, and asks no question. GSSAPI is
 * no reason by itself, since Debian sets it for all hosts.
 */
const withoutEffect = new Set(
  `addkeystoagent batchmode canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots
  canonicalizepermittedcnames casignaturealgorithms channeltimeout clearallforwardings compression connectionattempts controlmaster controlpath
  controlpersist dynamicforward enableescapecommandline escapechar exitonforwardfailure fingerprinthash forkafterauthentication forwardagent
  forwardx11 forwardx11timeout forwardx11trusted gatewayports gssapiauthentication gssapidelegatecredentials gssapikexalgorithms
  gssapikeyexchange gssapirenewalforcesrekey gssapitrustdns hashknownhosts ignoreunknown ipqos localcommand localforward loglevel logverbose
  numberofpasswordprompts obscurekeystroketiming permitlocalcommand permitremoteopen preferredauthentications remotecommand remoteforward
  requesttty sendenv serveralivecountmax serveraliveinterval sessiontype setenv stdinnull streamlocalbindmask streamlocalbindunlink
  syslogfacility tag tcpkeepalive tunnel tunneldevice updatehostkeys versionaddendum visualhostkey warnweakcrypto xauthlocation`.split(
    /\s+/,
  ),
);
