import type { BootLine } from '../../src/domain/boot-files.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { ManagedFile, ObservedFile } from '../../src/domain/remote-file.ts';
import { hostFacts, iface } from '../tasks/example-host.ts';
import { noBootFiles } from './no-boot-files.ts';

/** The host's own files: one .network for each device that is not mlbroute's. */
export type HostFiles = { readonly [path: string]: string };

/** A host that a push has just left: the kernel has what is desired, the disk has the files. */
export function hostAtRest(desired: DesiredState, files: readonly ManagedFile[], own: HostFiles): Observed {
  const ownVlans = new Set<string>(desired.links.map(({ name }) => name));
  const devices = new Set<string>([
    ...desired.links.map(({ parent }) => parent),
    ...desired.routes.flatMap((route) => ('device' in route ? [route.device] : [])),
    ...[...(desired.addresses ?? []), ...(desired.neighbors ?? [])].map(({ device }) => device),
  ]);
  const addressesOn = (device: string) =>
    (desired.addresses ?? [])
      .filter((each) => each.device === device)
      .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  const interfaces = [
    ...[...devices].filter((name) => !ownVlans.has(name)).map((name) => iface(name, addressesOn(name))),
    ...desired.links.map(({ name, parent, id, mtu, ipv6 }) =>
      iface(name, [...addressesOn(name), ...(ipv6 === true ? ['fe80::1/64'] : [])], {
        ...{ kind: 'vlan', parent, vlanId: id, mtu: mtu ?? 1500 },
      }),
    ),
  ];
  const protocol = 'static';
  const texts = [
    ...files.flatMap((file) => (file.kind === 'file' ? [[file.path, file.content] as const] : [])),
    ...Object.entries(own),
  ];
  return {
    facts: hostFacts({ interfaces, networkFileOf: {} }),
    persisted: files.map(
      (file): ObservedFile => (file.kind === 'file' ? { ...file, owner: 'root', group: 'root', modifiedAt: 0 } : file),
    ),
    ...{ notFiles: [], recorded: null, history: [], pending: null },
    running: {
      vlans: desired.links.map((link) => ({ ...link, mtu: link.mtu ?? 1500 })),
      routes: desired.routes.map((route) => ({ route, protocol })),
      rules: desired.rules.map((rule) => ({ rule, protocol })),
      chains: desired.chains,
      sysctls: Object.fromEntries(desired.sysctls.map(({ key, value }) => [key, value])),
      neighbors: desired.neighbors ?? [],
    },
    boot: {
      ...noBootFiles,
      sysctlLines: texts.filter(([path]) => path.includes('/sysctl.d/')).flatMap(([path, text]) => linesOf(path, text)),
      networkdTexts: texts.filter(([path]) => path.includes('/network/')).map(([path, text]) => ({ path, text })),
      units: ['systemd-networkd', 'systemd-sysctl', 'mlbroute-routing', 'mlbroute-iptables', 'mlbroute-nftables'].map(
        (name) => ({ name: `${name}.service`, state: 'wanted' }),
      ),
    },
  };
}

function linesOf(path: string, text: string): readonly BootLine[] {
  return text.split('\n').map((line, index) => ({ path, line: index + 1, text: line }));
}
