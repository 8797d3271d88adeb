import { type Cidr, cidrContains, type IpAddress } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';

/** What a netfilter rule sees of a packet. */
export type MarkedPacket = {
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly iif: InterfaceName | null;
  readonly direction: 'original' | 'reply';
  readonly mark: number;
  readonly connmark: number;
};

/** A rule that was read: whether it is for a packet, and what it makes of the marks. */
export type ChainRule = {
  readonly matches: (packet: MarkedPacket) => boolean;
  readonly change: (packet: MarkedPacket) => Pick<MarkedPacket, 'mark' | 'connmark'>;
  /** True: no rule of the chain after it is for the packet (`RETURN`). */
  readonly ends: boolean;
};

/** Reads one rule as iptables-save(8) prints it after `-A CHAIN `. Null where it has a match or a target that is not modelled. */
export function parseChainRule(text: string): ChainRule | null {
  const words = text.split(' ');
  const target = words.indexOf('-j');
  const matches = target < 0 ? null : parseMatches(words.slice(0, target));
  const change = parseTarget(words.slice(target + 1));
  if (matches === null || change === null) return null;
  return { matches: (packet) => matches.every((match) => match(packet)), change, ends: words[target + 1] === 'RETURN' };
}

type Match = ChainRule['matches'];

function parseMatches(words: readonly string[]): readonly Match[] | null {
  const matches: Match[] = [];
  let module = '';
  for (let at = 0; at < words.length; ) {
    const isInverted = words[at] === '!';
    const [option = '', value = ''] = words.slice(isInverted ? at + 1 : at);
    at += isInverted ? 3 : 2;
    if (option === '-m') {
      module = value;
      continue;
    }
    const match = parseMatch(option, value, module);
    if (match === null) return null;
    matches.push((packet) => match(packet) !== isInverted);
  }
  return matches;
}

function parseMatch(option: string, value: string, module: string): Match | null {
  switch (option) {
    case '-s':
      return ({ from }) => cidrContains(value as Cidr, from);
    case '-d':
      return ({ to }) => cidrContains(value as Cidr, to);
    case '-i':
      return ({ iif }) => iif !== null && (value.endsWith('+') ? iif.startsWith(value.slice(0, -1)) : iif === value);
    case '-p':
      // Only connections of TCP are led through here.
      return value === 'ipv6-icmp' ? () => false : null;
    case '--ctdir':
      return ({ direction }) => direction === value.toLowerCase();
    case '--ctstate':
      // A way is that of a connection's first request, and of the reply to it.
      return ({ direction }) => value.split(',').includes(direction === 'original' ? 'NEW' : 'ESTABLISHED');
    case '--mark': {
      const { number, mask } = valueAndMask(value);
      if (module === 'mark') return ({ mark }) => (mark & mask) >>> 0 === number;
      return module === 'connmark' ? ({ connmark }) => (connmark & mask) >>> 0 === number : null;
    }
    default:
      return null;
  }
}

function parseTarget([name, option = '', ...rest]: readonly string[]): ChainRule['change'] | null {
  if (name === 'RETURN' && option === '') return ({ mark, connmark }) => ({ mark, connmark });
  const { number, mask } = valueAndMask(rest[0] ?? '');
  const keptBits = (old: number) => old & ~mask;
  if (option === '--set-xmark' || option === '--set-mark') {
    const set = (old: number) => (option === '--set-mark' ? keptBits(old) | number : keptBits(old) ^ number) >>> 0;
    if (name === 'MARK') return ({ mark, connmark }) => ({ mark: set(mark), connmark });
    if (name === 'CONNMARK') return ({ mark, connmark }) => ({ mark, connmark: set(connmark) });
  }
  const masks = parseMasks(rest);
  if (name !== 'CONNMARK' || masks === null) return null;
  const { nfmask, ctmask } = masks;
  if (option === '--restore-mark')
    return ({ mark, connmark }) => ({ mark: ((mark & ~nfmask) ^ (connmark & ctmask)) >>> 0, connmark });
  if (option === '--save-mark')
    return ({ mark, connmark }) => ({ mark, connmark: ((connmark & ~ctmask) ^ (mark & nfmask)) >>> 0 });
  return null;
}

function parseMasks(words: readonly string[]): { readonly nfmask: number; readonly ctmask: number } | null {
  const masks = { nfmask: 0xffffffff, ctmask: 0xffffffff };
  for (let at = 0; at < words.length; at += 2) {
    const [option, value = ''] = words.slice(at);
    if (option === '--nfmask' || option === '--mask') masks.nfmask = Number(value);
    if (option === '--ctmask' || option === '--mask') masks.ctmask = Number(value);
    if (option !== '--nfmask' && option !== '--ctmask' && option !== '--mask') return null;
  }
  return masks;
}

function valueAndMask(text: string): { readonly number: number; readonly mask: number } {
  const [value, mask] = text.split('/');
  return { number: Number(value), mask: mask === undefined ? 0xffffffff : Number(mask) };
}
