import { cidrContains, type Family, familyOf, parseIp } from '../domain/address.ts';
import type { Finding } from '../domain/change.ts';
import type { Decision } from '../domain/desired-state.ts';
import type { ObservedInterface } from '../domain/facts.ts';

/** One beginning of a TCP connection as it passed an interface of a node. */
type Passing = {
  readonly device: string;
  readonly direction: 'In' | 'Out';
  /** Address and port, as tcpdump(8) joins them. */
  readonly from: string;
  readonly to: string;
  readonly isAnswer: boolean;
};

/** What was seen of the requests to one network, for people. */
export type Captured = { readonly network: string; readonly requests: number; readonly answered: number };

/** What tcpdump shall show: what begins a connection to an address of the pools, and what answers it. Its `tcp[…]` knows IPv4 alone. */
export function captureFilter(decisions: readonly Decision[]): string | null {
  const parts = (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const pools = decisions.flatMap((decision) => decision.pools.filter((pool) => familyOf(pool) === family));
    return pools.length === 0
      ? []
      : [`(${beginning[family]} and (${pools.map((pool) => `net ${pool}`).join(' or ')}))`];
  });
  return parts.length === 0 ? null : parts.join(' or ');
}

// tcp-syn is 2; byte 13 of a TCP header behind one of IPv6 without extensions.
const beginning: { readonly [family in Family]: string } = {
  ipv4: 'tcp[tcpflags] & tcp-syn != 0',
  ipv6: 'ip6 proto 6 and ip6[53] & 2 != 0',
};

/** Lines of `tcpdump -i any -nn`, which names the interface from version 4.99 on; others are left out. */
export function parsePassings(lines: readonly string[]): readonly Passing[] {
  return lines.flatMap((line): Passing[] => {
    const [, device, direction, from, to, flags] =
      /(\S+) +(In|Out) +IP6? (\S+) > (\S+): Flags \[([^\]]*)\]/.exec(line) ?? [];
    if (device === undefined || from === undefined || to === undefined) return [];
    return [
      { device, direction: direction as Passing['direction'], from, to, isAnswer: flags?.includes('.') ?? false },
    ];
  });
}

/**
 * Whether each request to a network was answered by the interface it came in by. A VLAN's packets pass its parent, too, and those of a bond its ports:
 * that is one way.
 */
export function judgeCapture(
  decisions: readonly Decision[],
  passings: readonly Passing[],
  interfaces: readonly ObservedInterface[],
): { readonly captured: readonly Captured[]; readonly findings: readonly Finding[] } {
  const judged = decisions.map(({ network, pools }) => {
    const isOurs = (end: string) => {
      const address = parseIp(end.slice(0, end.lastIndexOf('.')));
      return address.ok && pools.some((pool) => cidrContains(pool, address.value));
    };
    const requests = passings.filter(({ direction, isAnswer, to }) => direction === 'In' && !isAnswer && isOurs(to));
    const connections = [...new Map(requests.map((each) => [`${each.from} ${each.to}`, each])).values()];
    const fates = connections.map(({ from, to }) => {
      const cameBy = wayOf(
        requests.filter((each) => each.from === from && each.to === to),
        interfaces,
      );
      const answers = passings.filter(
        (each) => each.direction === 'Out' && each.isAnswer && each.from === to && each.to === from,
      );
      const leftBy = wayOf(answers, interfaces);
      return { from, to, cameBy, leftBy, isRight: leftBy.some((device) => cameBy.includes(device)) };
    });
    const finding = findingAbout(network);
    return {
      captured: {
        network,
        requests: fates.length,
        answered: fates.filter(({ isRight }) => isRight).length,
      },
      findings: fates.flatMap(({ from, to, cameBy, leftBy, isRight }): Finding[] => {
        if (isRight) return [];
        const request = `the request of ${from} to ${to} came in by ${cameBy.join(', ')}`;
        if (leftBy.length === 0)
          return [finding(`${request}, and no answer left the node`, 'see whether a pod is ready behind the service')];
        return [finding(`${request}, its answer left by ${leftBy.join(', ')}`, 'mlbroute audit tells what is missing')];
      }),
    };
  });
  return { captured: judged.map((each) => each.captured), findings: judged.flatMap((each) => each.findings) };
}

/** Makes findings of what a node was asked about a network. */
export function findingAbout(network: string): (message: string, hint: string) => Finding {
  return (message, hint) => ({ code: 'probe', where: 'network', subject: `network ${network}`, message, hint });
}

/** The interfaces of some passings, without those that only carry others of them. */
function wayOf(passings: readonly Passing[], interfaces: readonly ObservedInterface[]): readonly string[] {
  const devices = [...new Set(passings.map(({ device }) => device))];
  const carries = (carrier: string) =>
    interfaces.some(({ name, parent }) => parent === carrier && devices.includes(name)) ||
    interfaces.some(({ name, master }) => name === carrier && master !== null && devices.includes(master));
  return devices.filter((device) => !carries(device)).sort();
}
