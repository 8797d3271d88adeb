import { err, ok, type Result } from './result.ts';

/** The name of a host in the inventory. */
export type HostName = string & { readonly __brand: 'HostName' };

/** A value that must never be printed. `JSON.stringify` and template strings show a placeholder; only `reveal` gives it. */
export type Secret = { readonly reveal: () => string; readonly toJSON: () => string; readonly toString: () => string };

/** How to reach a host and become root there. */
export type HostConnection = {
  readonly name: HostName;
  /** Address or DNS name. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly privateKeyFiles: readonly string[];
  /** True: offer only `privateKeyFiles`, never the agent's other keys. */
  readonly identitiesOnly: boolean;
  readonly password: Secret | null;
  /** Null: commands run as the login user. */
  readonly become: { readonly user: string; readonly password: Secret | null } | null;
  /** A command whose standard input and output carry the connection; %h, %p and %r are replaced as in ssh_config(5). */
  readonly proxyCommand: string | null;
  /** Null: `~/.ssh/known_hosts`, then `/etc/ssh/ssh_known_hosts`. */
  readonly knownHostsFiles: readonly string[] | null;
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  readonly connectTimeoutMs: number | null;
  /** Who speaks SSH: mlbroute itself (`ssh2`), the system's ssh, or that one only where the other cannot. */
  readonly transport: { readonly kind: 'auto' | 'ssh2' } | { readonly kind: 'openssh'; readonly because: string };
  /** What the inventory says, as arguments of ssh(1); what they leave open ssh's own files say. */
  readonly sshArguments: readonly string[];
};

/** Parses a host name. */
export function parseHostName(text: string): Result<HostName, string> {
  if (text === '' || text === '.' || text === '..' || /[\s/]/.test(text)) return err(`"${text}" is not a host name`);
  return ok(text as HostName);
}

/** Wraps a text that must stay out of logs. */
export function secret(text: string): Secret {
  return { reveal: () => text, toJSON: () => '********', toString: () => '********' };
}
