import type { Backend } from '../backend.ts';

/** Modules of the kernel that are loaded at boot, by modules-load.d(5). */
export const modulesLoad: Backend = {
  name: 'modules-load',
  templates: { 'mlbroute.conf.hbs': { modules: ['br_netfilter'] } },
  draft: ({ modules = [] }) =>
    modules.length === 0
      ? []
      : [{ path: '/etc/modules-load.d/mlbroute.conf', template: 'mlbroute.conf.hbs', view: { modules } }],
};
