import type { Backend } from '../backend.ts';
import { nameList } from '../name-list.ts';

/** systemd itself keeps what is enabled; here is only the list of units by which the next look finds them. */
export const units: Backend = {
  name: 'units',
  templates: {},
  draft: ({ units: wanted = [] }) => {
    if (wanted.length === 0) return [];
    const about =
      'Units that the playbook starts, stops, enables or disables. Those it no longer names become what they were.';
    const names = wanted.map(({ unit }) => unit);
    return [nameList('/etc/mlbroute/units', about, names)];
  },
};
