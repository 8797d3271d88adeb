import { type Family, networkOf } from '../../src/domain/address.ts';
import type { Command } from '../../src/domain/command.ts';
import type { InterfaceName, VlanId } from '../../src/domain/link.ts';
import { type Neighbor, parseMac } from '../../src/domain/neighborhood.ts';
import type { RunningChain, RunningRoute, RunningRule } from '../../src/domain/observed.ts';
import { device, ip, must } from '../tasks/example-host.ts';
import { restoreChains, runIptables } from './simulated-netfilter.ts';
import { runRoute, runRule } from './simulated-routing.ts';

/** A link of the simulated kernel. */
type SimulatedLink = {
  readonly name: InterfaceName;
  readonly kind: 'vlan' | 'veth' | null;
  readonly parent: InterfaceName | null;
  readonly vlanId: VlanId | null;
  readonly mtu: number;
  readonly isUp: boolean;
  /** As `1.2.3.7/24`, in the order they came. */
  readonly addresses: readonly string[];
};

/** The parts of a kernel that plans change, with its habits: what is there cannot be added, what is not cannot be deleted. */
export type SimulatedKernel = {
  links: SimulatedLink[];
  routes: RunningRoute[];
  rules: RunningRule[];
  chains: RunningChain[];
  sysctls: Record<string, string>;
  neighbors: Neighbor[];
  /** Files outside the plan's own that commands write. */
  runFiles: Record<string, string>;
};

/** Runs one command of a plan. Throws as the real one would fail, and for every command that no plan has. */
export function run(kernel: SimulatedKernel, { argv, stdin }: Command): void {
  const words = [...argv];
  let family: Family = 'ipv4';
  const line = argv.join(' ');
  switch (words.shift()) {
    case 'ip':
      if (words[0] === '-4' || words[0] === '-6') family = words.shift() === '-4' ? 'ipv4' : 'ipv6';
      if (words[0] === 'link') runLink(kernel, words.slice(1), line);
      else if (words[0] === 'address') runAddress(kernel, words.slice(1), line);
      else if (words[0] === 'neighbor') runNeighbor(kernel, words.slice(1), line);
      else if (words[0] === 'route') runRoute(kernel, family, { words: words.slice(1), line });
      else if (words[0] === 'rule') runRule(kernel, family, { words: words.slice(1), line });
      else throw new Error(`no such object: ${line}`);
      return;
    case 'sysctl': {
      const [, key = '', value = ''] = /^([^=]+)=(.+)$/.exec(words[1] ?? '') ?? [];
      // A kernel that speaks no IPv6 has none of its settings, and is not asked to.
      if (words[0] === '-qew') return;
      if (words[0] !== '-qw' || kernel.sysctls[key] === undefined) throw new Error(`no such key: ${line}`);
      kernel.sysctls[key] = value;
      return;
    }
    case 'iptables-restore':
      restoreChains(kernel, 'ipv4', { text: stdin ?? '', line });
      return;
    case 'ip6tables-restore':
      restoreChains(kernel, 'ipv6', { text: stdin ?? '', line });
      return;
    case 'iptables':
      runIptables(kernel, 'ipv4', { words, line });
      return;
    case 'ip6tables':
      runIptables(kernel, 'ipv6', { words, line });
      return;
    case 'install':
      kernel.runFiles[words.at(-1) ?? ''] = stdin ?? '';
      return;
    case 'rm':
      delete kernel.runFiles[words.at(-1) ?? ''];
      return;
    case 'networkctl':
    case 'systemctl':
    case 'sh':
      if (/^(networkctl reload|systemctl (daemon-reload|start|stop) ?\S*|sh -c command -v udevadm .*)$/.test(line))
        return;
  }
  throw new Error(`not a command of a plan: ${line}`);
}

function runLink(kernel: SimulatedKernel, words: readonly string[], line: string): void {
  if (words[0] === 'add') {
    addVlan(kernel, words, line);
    return;
  }
  const name = words[1] ?? '';
  const link = kernel.links.find((one) => one.name === name);
  if (link === undefined) throw new Error(`Cannot find device: ${line}`);
  const change = (changed: Partial<SimulatedLink>) => {
    kernel.links = kernel.links.map((one) => (one === link ? { ...one, ...changed } : one));
  };
  if (words[0] === 'delete') deleteLink(kernel, link);
  else if (words[2] === 'up') change({ isUp: true });
  else if (words[2] === 'mtu') change({ mtu: Number(words[3]) });
  else if (words[2] === 'down') {
    dropRoutes(kernel, name);
    kernel.neighbors = kernel.neighbors.filter(({ device: on }) => on !== name);
    change({ isUp: false });
  } else if (words[2] !== 'addrgenmode') throw new Error(`not a command of a plan: ${line}`);
}

function dropRoutes(kernel: SimulatedKernel, name: string): void {
  kernel.routes = kernel.routes.filter(({ route }) => !('device' in route) || route.device !== name);
}

/** With an address go those of its network that came later; with the last one go all routes over the link, and all neighbours (fib_disable_ip). */
function runAddress(kernel: SimulatedKernel, [verb, text = '', , name, flag]: readonly string[], line: string): void {
  const link = kernel.links.find((one) => one.name === name);
  if (link === undefined) throw new Error(`Cannot find device: ${line}`);
  const at = link.addresses.indexOf(text);
  if (verb !== 'delete' && flag !== 'noprefixroute') throw new Error(`not a command of a plan: ${line}`);
  if (verb === 'add' && at >= 0) throw new Error(`File exists: ${line}`);
  if (verb === 'delete' && at < 0) throw new Error(`Cannot assign requested address: ${line}`);
  const subnet = (each: string) => networkOf(ip(each.split('/')[0] ?? ''), Number(each.split('/')[1]));
  const isFirst = link.addresses.findIndex((each) => subnet(each) === subnet(text)) === at;
  const left =
    verb === 'delete'
      ? link.addresses.filter((each) => each !== text && !(isFirst && subnet(each) === subnet(text)))
      : [...link.addresses, ...(at >= 0 ? [] : [text])];
  kernel.links = kernel.links.map((one) => (one === link ? { ...one, addresses: left } : one));
  if (left.length > 0) return;
  kernel.routes = kernel.routes.filter(
    ({ route }) => route.family === 'ipv6' || !('device' in route) || route.device !== link.name,
  );
  kernel.neighbors = kernel.neighbors.filter(({ device: on }) => on !== link.name);
}

function runNeighbor(kernel: SimulatedKernel, [verb, address = '', ...rest]: readonly string[], line: string): void {
  const name = rest[rest.indexOf('dev') + 1];
  const others = kernel.neighbors.filter((one) => one.device !== name || one.address !== address);
  if (kernel.links.every((link) => link.name !== name)) throw new Error(`Cannot find device: ${line}`);
  if (verb === 'delete' && others.length === kernel.neighbors.length) throw new Error(`No such file: ${line}`);
  const mac = must(parseMac(verb === 'delete' ? '52:54:00:00:00:01' : (rest[1] ?? '')));
  kernel.neighbors = [
    ...others,
    ...(verb === 'delete' ? [] : [{ device: device(name ?? ''), address: ip(address), mac }]),
  ];
}

function addVlan(kernel: SimulatedKernel, words: readonly string[], line: string): void {
  const [, , parentName = '', , name = '', , type, , id] = words;
  const parent = kernel.links.find((one) => one.name === parentName);
  if (parent === undefined || type !== 'vlan') throw new Error(`Cannot find device: ${line}`);
  const vlanId = Number(id) as VlanId;
  const isTaken = ({ name: other, parent: of, vlanId: its }: SimulatedLink) =>
    other === name || (of === parent.name && its === vlanId);
  if (kernel.links.some(isTaken)) throw new Error(`File exists: ${line}`);
  kernel.links.push({
    name: device(name),
    kind: 'vlan',
    parent: parent.name,
    vlanId,
    mtu: parent.mtu,
    isUp: false,
    addresses: [],
  });
  kernel.sysctls[`net/ipv4/conf/${name}/rp_filter`] = kernel.sysctls['net/ipv4/conf/default/rp_filter'] ?? '0';
}

/** The kernel takes what stands on a link along, and all routes over it. */
function deleteLink(kernel: SimulatedKernel, link: SimulatedLink): void {
  for (const onTop of kernel.links.filter(({ parent }) => parent === link.name)) deleteLink(kernel, onTop);
  kernel.links = kernel.links.filter((one) => one !== link);
  dropRoutes(kernel, link.name);
  kernel.neighbors = kernel.neighbors.filter(({ device: on }) => on !== link.name);
  delete kernel.sysctls[`net/ipv4/conf/${link.name}/rp_filter`];
}
