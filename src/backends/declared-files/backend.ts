import type { Backend } from '../backend.ts';

/** Files that a playbook declares, and the list of them by which the next look finds them. */
export const declaredFiles: Backend = {
  name: 'declared-files',
  templates: { 'files.hbs': { paths: ['/etc/example.conf'] } },
  draft: ({ files = [] }) => {
    if (files.length === 0) return [];
    return [
      { path: '/etc/mlbroute/files', template: 'files.hbs', view: { paths: files.map(({ dest }) => dest) } },
      ...files.map(({ dest, reload: _reload, ...file }) => ({ path: dest, ...file })),
    ];
  },
};
