import type { HostConnection } from '../domain/host.ts';

/** The jump host a host is reached through, as ssh(1) would reach it: by its own files, and by nothing that is said of the host behind it. */
export function jumpHostOf(host: HostConnection, hops: string): HostConnection | null {
  const chain = hops.split(',');
  const spec = chain.pop() ?? '';
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@]+))(?::(\d+))?\/?$/.exec(spec) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) return null;
  const file = host.sshArguments.lastIndexOf('-F');
  const options = {
    User: user,
    Port: port,
    // What is left of the chain leads to this one.
    ProxyJump: chain.length === 0 ? undefined : chain.join(','),
  };
  return {
    ...host,
    address,
    port: port === undefined ? 22 : Number(port),
    privateKeyFiles: [],
    identitiesOnly: false,
    password: null,
    become: null,
    proxyCommand: null,
    knownHostsFiles: null,
    hostKeyChecking: 'strict',
    connectTimeoutMs: null,
    sshArguments: [
      ...(file === -1 ? [] : host.sshArguments.slice(file, file + 2)),
      ...Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : ['-o', `${name}=${value}`])),
    ],
  };
}
