import type { Family } from '../../domain/address.ts';
import { toShell } from '../../domain/command.ts';
import type { DesiredState } from '../../domain/desired-state.ts';
import { addressArgv, dependence, neighborArgv, ownProtocol, routeArgv, ruleArgv } from '../../domain/ip-words.ts';
import { addrgenmodeOf, parentsFirst } from '../../domain/link.ts';
import { mainTable } from '../../domain/routing.ts';

/** The script; every text is a word, or a list of words, for a POSIX shell. */
export type ScriptView = {
  /** What must be up first, and is not made here. */
  readonly devices: readonly string[];
  /** Parents first. The MTU is text, as #if takes 0 for absent. */
  readonly vlans: readonly {
    readonly name: string;
    readonly parent: string;
    readonly id: number;
    readonly mtu: string | null;
    /** For `addrgenmode` of ip-link(8). */
    readonly addresses: string;
  }[];
  /** Commands in the order of doing. */
  readonly changes: readonly string[];
  /** Commands that show what those bring, beside the devices. */
  readonly looks: readonly string[];
};

/** The unit. */
export type UnitView = { readonly script: string; readonly after: readonly string[] };

/** The same state as a push gives the kernel, with the same protocol. */
export function scriptView({ links, routes, rules, addresses = [], neighbors = [] }: DesiredState): ScriptView {
  const own = new Set(links.map(({ name }) => name));
  const used = [
    ...links.map(({ parent }) => parent),
    ...routes.flatMap((route) => (route.type === 'blackhole' ? [] : [route.device])),
    ...[...addresses, ...neighbors].map(({ device }) => device),
  ];
  return {
    devices: [...new Set(used)].filter((device) => !own.has(device)).sort(),
    vlans: parentsFirst(links).map((link) => ({
      name: toShell([link.name]),
      parent: toShell([link.parent]),
      id: link.id,
      mtu: link.mtu === null ? null : String(link.mtu),
      addresses: addrgenmodeOf(link),
    })),
    changes: [
      ...addresses.map((each) => addressArgv('replace', each)),
      ...routes
        .toSorted((a, b) => dependence(a) - dependence(b))
        .map((route) => routeArgv('replace', route, ownProtocol)),
      ...neighbors.map(neighborArgv),
      ...rules.toSorted((a, b) => a.priority - b.priority).map((rule) => ruleArgv('add', rule, ownProtocol)),
    ].map(toShell),
    looks: looksAt({ routes, rules, addresses, neighbors }).map(toShell),
  };
}

/** Tables of our own whole; of the main one just our routes, for it changes with every pod. */
function looksAt({
  routes,
  rules,
  addresses = [],
  neighbors = [],
}: Pick<DesiredState, 'routes' | 'rules' | 'addresses' | 'neighbors'>): readonly (readonly string[])[] {
  const byFamily = (family: Family) => [family === 'ipv6' ? '-6' : '-4', '-N'];
  const looks = [
    ...addresses.map(({ device }) => ['ip', '-br', 'address', 'show', 'dev', device]),
    ...routes.map(({ family, table, destination }) => [
      ...['ip', ...byFamily(family), 'route', 'show', 'table', String(table)],
      ...(table === mainTable ? ['exact', destination] : []),
    ]),
    ...neighbors.map(({ device }) => ['ip', 'neighbor', 'show', 'dev', device, 'nud', 'permanent']),
    ...rules.map(({ family }) => ['ip', ...byFamily(family), 'rule', 'show']),
  ];
  return [...new Map(looks.map((words) => [words.join(' '), words])).values()];
}

/** `starters`: units whose start starts ours. */
export function unitView(
  script: string,
  devices: readonly string[],
  managers: readonly string[],
): UnitView & { readonly starters: readonly string[] } {
  const starters = [...managers, ...devices.map(deviceUnit)];
  return { script, after: starters, starters: ['multi-user.target', ...starters] };
}

/** The unit that systemd has for a network device, its name escaped as by systemd-escape(1). */
function deviceUnit(device: string): string {
  const escaped = Array.from(new TextEncoder().encode(device), (byte, index) => {
    const letter = String.fromCharCode(byte);
    const isPlain = index === 0 ? /[A-Za-z0-9:_]/.test(letter) : /[A-Za-z0-9:_.]/.test(letter);
    return isPlain ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `sys-subsystem-net-devices-${escaped.join('')}.device`;
}
