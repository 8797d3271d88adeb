import { basename } from 'node:path';
import type { DesiredState } from '../../domain/desired-state.ts';
import type { InterfaceName } from '../../domain/link.ts';
import { ownNetworkName } from '../../domain/network-file.ts';
import type { Backend, Draft, RenderHost } from '../backend.ts';
import { dropIn, folder, guardPath } from './paths.ts';
import { exampleRouting, routedDevices, routingOf } from './routing.ts';
import type { NetdevView, NetworkView, ParentView } from './views.ts';

/** Keeps links, routes and rules by systemd-networkd: VLANs of our own in files of our own, everything else in drop-ins of the host's files. */
export const networkd: Backend = {
  name: 'networkd',
  templates: {
    'vlan.netdev.hbs': { name: 'eth0.100', id: 100, mtu: '1400' } satisfies NetdevView,
    'vlan.network.hbs': { name: 'eth0.100', linkLocal: 'no', ...exampleRouting() } satisfies NetworkView,
    'parent.conf.hbs': { vlans: ['eth0.100'], ...exampleRouting() } satisfies ParentView,
    'networkd.conf.hbs': {},
  },
  draft: (state, host) => {
    if (state.renderer !== undefined && state.renderer !== 'networkd') return [];
    const files = [...vlanFiles(state), ...parentFiles(state, host)];
    // Without it networkd removes at its next start whatever rule or route it does not know: ours, and those of the CNI.
    const guard = { path: guardPath, template: 'networkd.conf.hbs', view: {} };
    return files.length === 0 ? [] : [...files, guard];
  },
};

function vlanFiles(state: DesiredState): readonly Draft[] {
  return state.links.flatMap(({ name, id, mtu, ipv6 }) => {
    const netdev: NetdevView = { name, id, mtu: mtu === null ? null : String(mtu) };
    const linkLocal = ipv6 === true ? 'ipv6' : 'no';
    const network: NetworkView = { name, linkLocal, ...routingOf(state, new Set([name])) };
    return [
      { path: `${folder}/${ownFile(name, 'netdev')}`, template: 'vlan.netdev.hbs', view: netdev },
      { path: `${folder}/${ownFile(name, 'network')}`, template: 'vlan.network.hbs', view: network },
    ];
  });
}

/** One drop-in for each .network file that is not ours: VLANs to hang on it, and what goes over the device itself. */
function parentFiles(state: DesiredState, host: RenderHost): readonly Draft[] {
  const ownVlans = new Set(state.links.map(({ name }) => name));
  const parents = state.links.map(({ parent }) => parent);
  const devices = [...new Set([...parents, ...routedDevices(state).filter((device) => !ownVlans.has(device))])];
  const fileOf = (device: InterfaceName) =>
    ownVlans.has(device) ? ownFile(device, 'network') : basename(host.networkFileOf(device));
  return [...new Set(devices.map(fileOf))].map((file) => {
    const configured = new Set(devices.filter((device) => fileOf(device) === file));
    const foreign = new Set([...configured].filter((device) => !ownVlans.has(device)));
    const view: ParentView = {
      vlans: state.links.filter(({ parent }) => configured.has(parent)).map(({ name }) => name),
      ...routingOf(state, foreign),
    };
    return { path: dropIn(file), template: 'parent.conf.hbs', view };
  });
}

function ownFile(vlan: string, suffix: 'netdev' | 'network'): string {
  return `${ownNetworkName(vlan)}.${suffix}`;
}
