import { type IpAddress, parseIp } from '../domain/address.ts';
import { type InterfaceName, parseInterfaceName } from '../domain/link.ts';
import type { Result } from '../domain/result.ts';
import { filledText, oneOf, text } from './coerce.ts';

/** What may stand for services on a node. */
export const kubeProxies = ['iptables', 'nftables', 'ipvs', 'cilium'] as const;

/** The options of `explain` that no other command has. */
export const explainOptions = {
  host: { demandOption: true, requiresArg: true, describe: 'The host to explain', coerce: filledText('--host') },
  var: {
    requiresArg: true,
    describe: 'In place of a packet: where the value of this variable comes from, as inventory var says it',
    conflicts: ['from', 'to', 'iif', 'mark', 'live', 'reply-of-service', 'kube-proxy'],
    coerce: filledText('--var'),
  },
  from: {
    requiresArg: true,
    describe: 'The address a packet comes from; one of a pool: the service that answers',
    coerce: parsed('--from', parseIp),
  },
  to: {
    requiresArg: true,
    describe: 'The address it goes to, such as that of a client',
    coerce: parsed('--to', parseIp),
  },
  'reply-of-service': {
    type: 'boolean',
    describe: 'Explain request and reply of a service for every kind of backend; the default where --from is in a pool',
  },
  iif: {
    requiresArg: true,
    describe: 'A single packet that comes in on this device; without it, the node makes it itself',
    coerce: parsed('--iif', parseInterfaceName),
  },
  mark: { requiresArg: true, describe: 'A single packet with this mark, such as 0x100', coerce: mark },
  'kube-proxy': {
    requiresArg: true,
    describe: 'Explain as if kube-proxy ran in this mode: iptables, nftables, ipvs, or cilium in its place',
    coerce: oneOf('--kube-proxy', kubeProxies),
  },
  live: { type: 'boolean', describe: 'Ask the host, and say what a push would make different' },
} as const;

function parsed<T extends IpAddress | InterfaceName>(
  option: string,
  parse: (text: string) => Result<T, string>,
): (value: unknown) => T {
  return (value) => {
    const result = parse(text(option)(value));
    if (!result.ok) throw new Error(`${option}: ${result.error}`);
    return result.value;
  };
}

function mark(value: unknown): number {
  const digits = text('--mark')(value);
  const number = Number(digits);
  if (!/^(0x[\da-f]{1,8}|\d{1,10})$/i.test(digits) || number > 0xffffffff)
    throw new Error(`--mark: "${digits}" is not a mark from 0 to 0xffffffff`);
  return number;
}
