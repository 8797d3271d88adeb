import { expect } from 'vitest';
import { isLinkLocal } from '../../src/domain/address.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { parseInterfaces } from '../../src/facts/interfaces.ts';
import { parseNeighbors } from '../../src/facts/neighbors.ts';
import { parseRoutes, parseRules } from '../../src/facts/routing.ts';
import { runIsolated } from './run-tool.ts';
import { type Scenario, stateOf } from './scenario.ts';

/**
 * Starts the real systemd-networkd on the files in $1 and the devices in $2, waits for $3 routes and rules, and prints what the kernel
 * has, one JSON text a line; its log goes to stderr. A read-only /sys tells networkd that no udev has to name the devices first.
 */
const start = `
  mount -t tmpfs tmpfs /run
  mount -t sysfs -o ro sysfs /sys
  mount -t tmpfs -o mode=755 tmpfs /etc/systemd
  cp -r "$1"/etc/systemd/. /etc/systemd/
  [ ! -d "$1"/run ] || cp -r "$1"/run/. /run/
  mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
  chown -R systemd-network:systemd-network /run/systemd/netif
  ip link set lo up
  for device in $2; do
    ip link add "$device" type veth peer name "p-$device"
    ip link set "p-$device" addrgenmode none up
  done
  ip rule add priority 1234 from 10.9.9.9 lookup 77 protocol 99
  SYSTEMD_LOG_LEVEL=info /lib/systemd/systemd-networkd >/run/log 2>&1 &
  networkd=$!
  for try in $(seq 100); do
    [ $( { ip -4 route show table all; ip -4 rule; ip -6 route show table all; ip -6 rule; } | grep -c 'proto static') -ge "$3" ] && break
    sleep 0.1
  done
  sleep 0.3
  ip -N -j route show table all
  ip -N -4 -j rule show
  ip -N -6 -j rule show
  ip -d -j address show
  ip -4 -j neighbor show nud permanent
  kill $networkd
  wait $networkd || true
  cat /run/log >&2`;

/** Starts networkd on the files below a folder; gives what is wrong with them by its own word. */
export function complaintsAbout(root: string, devices: string): readonly string[] {
  return complaints(runIsolated(start, [root, devices, '0']).stderr);
}

/** Starts networkd on the files below a folder: the kernel must have just the rules and routes of the scenario's state, and networkd nothing to say. */
export function expectKernelState(root: string, scenario: Scenario, devices: string): void {
  const { links, rules, routes, addresses = [], neighbors = [] } = stateOf(scenario);
  const ownVlans = new Set<string>(links.map(({ name }) => name));
  const { stdout, stderr } = runIsolated(start, [root, devices, String(rules.length + routes.length)]);
  const [routeText = '', ruleText = '', ruleText6 = '', addressText = '', neighborText = ''] = stdout
    .trim()
    .split('\n');
  const running = [...parseRules(ruleText, 'ipv4'), ...parseRules(ruleText6, 'ipv6')];
  const made = (entries: readonly { readonly protocol: string }[]) =>
    entries.filter(({ protocol }) => protocol === 'static');
  const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  const wanted = (entry: 'rule' | 'route') =>
    (entry === 'rule' ? rules : routes).map((value) => ({ [entry]: value, protocol: 'static' }));
  expect([...made(running)].sort(byText), stderr).toEqual([...wanted('rule')].sort(byText));
  expect([...made(parseRoutes(routeText))].sort(byText), stderr).toEqual([...wanted('route')].sort(byText));
  expect(
    parseRules(ruleText, 'ipv4').some(({ rule }) => rule.priority === 1234),
    'a foreign rule stays',
  ).toBe(true);
  const interfaces = parseInterfaces(addressText);
  // Just the VLANs that speak IPv6 have an address for it.
  const speaking = interfaces.filter(
    ({ name, addresses: has }) => ownVlans.has(name) && has.some(({ address }) => isLinkLocal(address)),
  );
  expect(speaking.map(({ name }) => name)).toEqual(links.flatMap(({ name, ipv6 }) => (ipv6 === true ? [name] : [])));
  for (const { device, address, prefixLength } of addresses)
    expect(interfaces.find(({ name }) => name === device)?.addresses).toContainEqual({ address, prefixLength });
  expect(parseNeighbors(neighborText)).toEqual(neighbors);
  expect(complaints(stderr)).toEqual([]);
}

/** The files of the host itself: one .network for each device that is not ours, with its address. */
export function hostFiles(scenario: Scenario): readonly ManagedFile[] {
  const { links } = stateOf(scenario);
  const interfaces = scenario.facts?.interfaces ?? [
    { name: 'eth0', addresses: [{ address: '192.168.1.10', prefixLength: 24 }] },
  ];
  return interfaces
    .filter(({ name }) => name !== 'lo' && name !== 'kube-ipvs0' && !links.some((link) => link.name === name))
    .map(({ name, addresses }): ManagedFile => {
      const file = (scenario.facts?.networkFileOf[name] ?? `10-${name}.network`).split('/').at(-1);
      const lines = addresses.map(({ address, prefixLength }) => `Address=${address}/${prefixLength}\n`).join('');
      const content = `[Match]\nName=${name}\n\n[Network]\n${lines}`;
      return { kind: 'file', path: `/etc/systemd/network/${file}`, mode: '0644', content };
    });
}

/** What networkd finds wrong with a file; each such line starts with its path. */
function complaints(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /^\/(etc|run)\/systemd\//.test(line))
    .filter((line) => !/NetDev could not be found, ignoring assignment/.test(line));
}
