import type { Backend } from '../backend.ts';

/** systemd itself keeps what is enabled; here is only the list of units by which the next look finds them. */
export const units: Backend = {
  name: 'units',
  templates: { 'units.hbs': { units: ['example.service'] } },
  draft: ({ units: wanted = [] }) =>
    wanted.length === 0
      ? []
      : [{ path: '/etc/mlbroute/units', template: 'units.hbs', view: { units: wanted.map(({ unit }) => unit) } }],
};
