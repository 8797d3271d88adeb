import { createHash } from 'node:crypto';
import type { ObservedInterface } from '../domain/facts.ts';
import { routeWords, ruleWords } from '../domain/ip-words.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import { mainTable } from '../domain/routing.ts';
import { digestOf } from '../plan/diff-files.ts';

/** What a plan rests on: the name of each thing that was seen on the host and counted, and how it was. */
export type Basis = { readonly [subject: string]: string };

/**
 * Everything seen on a host that a plan to become `wanted` rests on: the files and chains mlbroute owns, its rules, routes and settings with
 * whatever shares their places, the record of the last push, and the facts that decide on methods. What others may change at any time, as
 * pods' interfaces and service addresses, is no part of it.
 */
export function basisOf(wanted: Manifest, { facts, persisted, recorded, running }: Observed): Basis {
  const states = [wanted.desired, ...(recorded === null ? [] : [recorded.desired])];
  const rules = states.flatMap((state) => state.rules);
  const routes = states.flatMap((state) => state.routes);
  const used = devicesOf(wanted);
  const devices = facts.interfaces.filter((device) => used.has(device.name) || isNodeInterface(device));
  return Object.fromEntries([
    ['service proxy', facts.serviceProxy.kind],
    ['systemd', facts.systemdVersion === null ? 'not there' : 'there'],
    ['networkd', facts.isNetworkdActive ? 'active' : 'not active'],
    ['iptables', facts.iptables ?? 'not there'],
    ...(recorded === null
      ? []
      : [['record of the last push', `generation ${recorded.generation} (${sumOf(recorded)})`]]),
    ...persisted.map((file) => [
      `file ${file.path}`,
      file.kind === 'file' ? `${digestOf(file)} ${file.mode} ${file.owner}:${file.group}` : digestOf(file),
    ]),
    ...facts.networkFiles
      .filter(({ path }) => !path.includes('mlbroute'))
      .map(({ path, matchNames }) => [`network file ${path}`, `for ${matchNames.join(' ')}`]),
    ...devices.map((device) => [`link ${device.name}`, linkWords(device, facts.networkFileOf[device.name])]),
    ...sysctlKeys(wanted, { devices, recorded, running }).flatMap((key) => {
      const value = running.sysctls[key];
      return value === undefined ? [] : [[`sysctl ${key}`, value]];
    }),
    ...running.rules
      .map(({ rule }) => rule)
      .filter((rule) => rules.some(({ family, priority }) => family === rule.family && priority === rule.priority))
      .map((rule) => [`${rule.family === 'ipv6' ? 'IPv6 ' : ''}rule ${ruleWords(rule).join(' ')}`, 'there']),
    ...running.routes
      .map(({ route }) => route)
      .filter((route) =>
        routes.some(
          ({ family, table, destination }) =>
            family === route.family &&
            table === route.table &&
            (table !== mainTable || destination === route.destination),
        ),
      )
      .map((route) => [`${route.family === 'ipv6' ? 'IPv6 ' : ''}route ${routeWords(route).join(' ')}`, 'there']),
    ...running.chains.map((chain) => [
      `chain ${chain.name} of ${chain.table} (${chain.family})`,
      `${chain.hook === null ? 'not used' : `from ${chain.hook}`}, ${chain.rules.length} rules (${sumOf(chain.rules)})`,
    ]),
  ]);
}

/** What differs between two bases of one host, each difference in words. */
export function changesSince(before: Basis, now: Basis): readonly string[] {
  const subjects = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return subjects.flatMap((subject) => {
    const [was, is] = [before[subject], now[subject]];
    if (was === is) return [];
    if (was === undefined) return [`${subject} has appeared`];
    if (is === undefined) return [`${subject} is gone`];
    return [subject.startsWith('file ') ? `${subject} has changed` : `${subject} was ${was}, is ${is}`];
  });
}

/** The devices that a state stands on. */
function devicesOf({ desired }: Manifest): ReadonlySet<string> {
  return new Set([
    ...desired.links.flatMap(({ name, parent }) => [name, parent]),
    ...desired.decisions.flatMap(({ device }) => device ?? []),
    ...desired.routes.flatMap((route) => (route.type === 'blackhole' ? [] : [route.device])),
  ]);
}

/** Pods' veths and the dummies of proxies come and go with the workload. */
function isNodeInterface({ name, kind }: ObservedInterface): boolean {
  return name !== 'lo' && kind !== 'veth' && kind !== 'dummy';
}

function linkWords(device: ObservedInterface, networkFile: string | undefined): string {
  const addresses = device.addresses
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`)
    .filter((address) => !/^fe[89ab]/i.test(address))
    .sort();
  return [
    device.isUp ? 'up' : 'down',
    ...(device.kind === null ? [] : [device.kind]),
    ...(device.parent === null ? [] : [`on ${device.parent}`]),
    ...(device.vlanId === null ? [] : [`VLAN ${device.vlanId}`]),
    `MTU ${device.mtu}`,
    ...(device.master === null ? [] : [`in ${device.master}`]),
    ...(networkFile === undefined ? [] : [`by ${networkFile}`]),
    ...addresses,
  ].join(' ');
}

/** Settings that are wanted or remembered, and rp_filter of the node's own interfaces; of all interfaces where `all` is about to be lowered. */
function sysctlKeys(
  wanted: Manifest,
  host: {
    readonly devices: readonly ObservedInterface[];
    readonly recorded: Manifest | null;
    readonly running: Observed['running'];
  },
): readonly string[] {
  const { devices, recorded, running } = host;
  const all = 'net/ipv4/conf/all/rp_filter';
  const lowered = wanted.desired.sysctls.find(({ key }) => key === all);
  const isLowering = lowered !== undefined && Number(lowered.value) < Number(running.sysctls[all]);
  const keys = [
    ...wanted.desired.sysctls.map(({ key }) => key),
    ...Object.keys({ ...wanted.sysctlsBefore, ...recorded?.sysctlsBefore }),
    ...['all', 'default', ...devices.map(({ name }) => name)].map((name) => `net/ipv4/conf/${name}/rp_filter`),
    ...(isLowering ? Object.keys(running.sysctls).filter((key) => key.endsWith('/rp_filter')) : []),
  ];
  return [...new Set(keys)].sort();
}

function sumOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
