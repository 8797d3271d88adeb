import type { Backend } from '../backend.ts';
import { nameList } from '../name-list.ts';

/** Files that a playbook declares, and the list of them by which the next look finds them. */
export const declaredFiles: Backend = {
  name: 'declared-files',
  templates: {},
  draft: ({ files = [] }) => {
    if (files.length === 0) return [];
    const about = 'Files that the playbook put elsewhere. Those that it no longer declares go with the next push.';
    const dests = files.map(({ dest }) => dest);
    return [
      nameList('/etc/mlbroute/files', about, dests),
      ...files.map(({ dest, reload: _reload, ...file }) => ({ path: dest, ...file })),
    ];
  },
};
