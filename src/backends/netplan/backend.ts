import { basename } from 'node:path';
import type { DesiredState } from '../../domain/desired-state.ts';
import { netplanFile, netplanOutput } from '../../domain/network-file.ts';
import type { Backend, Draft, RenderHost } from '../backend.ts';
import { dropIn, guardPath } from '../networkd/paths.ts';
import { exampleRouting, routedDevices, routingOf } from '../networkd/routing.ts';
import { type DropInView, isInNetplansWords, type NetplanView, netplanView } from './views.ts';

/**
 * Keeps VLANs of our own, and what netplan has words for of their routes and rules, in a file of netplan's; all else in drop-ins for the .network
 * files that it generates. What others describe in netplan's files is not touched there: lists of several files for one interface add up.
 */
export const netplan: Backend = {
  name: 'netplan',
  templates: {
    'netplan.yaml.hbs': exampleNetplan(),
    'drop-in.conf.hbs': { isVlan: true, ...exampleRouting() } satisfies DropInView,
    'networkd.conf.hbs': {},
  },
  draft: (state, host) => {
    if (state.renderer !== 'netplan') return [];
    const files = [...yamlFile(state, host), ...vlanDropIns(state), ...foreignDropIns(state, host)];
    // As the backend networkd has it.
    const guard = { path: guardPath, template: 'networkd.conf.hbs', view: {} };
    return files.length === 0 ? [] : [...files, guard];
  },
};

function yamlFile(state: DesiredState, { netplanIdOf }: RenderHost): readonly Draft[] {
  if (state.links.length === 0) return [];
  const ownVlans = new Set(state.links.map(({ name }) => name));
  const view = netplanView(state, (device) => (ownVlans.has(device) ? device : netplanIdOf(device)));
  // Netplan warns of files that others can read: they may hold passwords of WLANs.
  return [{ path: netplanFile, template: 'netplan.yaml.hbs', view, mode: '0600' }];
}

function vlanDropIns(state: DesiredState): readonly Draft[] {
  return state.links.map(({ name }) => {
    const view: DropInView = { isVlan: true, ...routingOf(state, new Set([name]), isInNetplansWords) };
    return { path: dropIn(basename(netplanOutput(name, 'network'))), template: 'drop-in.conf.hbs', view };
  });
}

/** For devices that are not ours, one for each file, as several may share one. */
function foreignDropIns(state: DesiredState, { networkFileOf }: RenderHost): readonly Draft[] {
  const ownVlans = new Set<string>(state.links.map(({ name }) => name));
  const devices = [...new Set(routedDevices(state))].filter((device) => !ownVlans.has(device));
  const fileOf = (device: string) => basename(networkFileOf(device));
  return [...new Set(devices.map(fileOf))].map((file) => {
    const configured = new Set(devices.filter((device) => fileOf(device) === file));
    return {
      path: dropIn(file),
      template: 'drop-in.conf.hbs',
      view: { isVlan: false, ...routingOf(state, configured) },
    };
  });
}

function exampleNetplan(): NetplanView {
  const { routes, rules } = exampleRouting();
  return {
    vlans: [{ name: 'eth0.100', id: 100, link: 'eth0', mtu: '1400', linkLocal: 'ipv6', routes, rules }],
  };
}
