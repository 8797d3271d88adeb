import { routingScript } from '../../domain/network-file.ts';
import type { Backend } from '../backend.ts';
import { type ScriptView, scriptView, type UnitView, unitView } from './views.ts';

const service = 'mlbroute-routing.service';
const timer = 'mlbroute-routing.timer';

/** What brings interfaces up on hosts without networkd. A start of one of them starts our unit after it. */
const managers = ['NetworkManager.service', 'networking.service', 'wicked.service'];

/**
 * Keeps links, routes and rules by a shell script and a unit that runs it at boot, whenever one of its devices appears, after starts of the
 * network, and by a timer: nothing tells systemd of a link that went down and came up again.
 */
export const unit: Backend = {
  name: 'unit',
  templates: {
    'routing.sh.hbs': {
      devices: ['eth0'],
      vlans: [{ name: 'eth0.100', parent: 'eth0', id: 100, mtu: '1400', addresses: 'none' }],
      changes: ['ip address replace 1.2.3.7/24 dev eth0.100 noprefixroute'],
      looks: ['ip -br address show dev eth0.100'],
    } satisfies ScriptView,
    'routing.service.hbs': { script: routingScript, after: ['NetworkManager.service'] } satisfies UnitView,
    'routing.timer.hbs': { service },
  },
  draft: (state) => {
    if (state.renderer !== 'unit') return [];
    const view = scriptView(state);
    if (view.vlans.length + view.changes.length === 0) return [];
    const units = '/etc/systemd/system';
    const { starters, ...service_ } = unitView(routingScript, view.devices, managers);
    return [
      { path: routingScript, template: 'routing.sh.hbs', view },
      { path: `${units}/${service}`, template: 'routing.service.hbs', view: service_ },
      { path: `${units}/${timer}`, template: 'routing.timer.hbs', view: { service } },
      { path: `${units}/timers.target.wants/${timer}`, target: `../${timer}` },
      ...starters.map((starter) => ({ path: `${units}/${starter}.wants/${service}`, target: `../${service}` })),
    ];
  },
};
