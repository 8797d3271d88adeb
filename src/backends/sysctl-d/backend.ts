import type { Backend } from '../backend.ts';
import { type SysctlView, sysctlView } from './views.ts';

/** Keeps kernel settings by sysctl.d(5); udev applies the lines of an interface again when it appears. */
export const sysctlD: Backend = {
  name: 'sysctl-d',
  templates: {
    'mlbroute.conf.hbs': {
      settings: [{ key: 'net/ipv4/conf/eth0.100/rp_filter', value: '0', prefix: '-', why: 'a reason' }],
    } satisfies SysctlView,
  },
  draft: ({ sysctls }) => {
    if (sysctls.length === 0) return [];
    // The last file wins, and /etc/sysctl.conf is read as 99-sysctl.conf: hence the zz.
    const path = '/etc/sysctl.d/99-zz-mlbroute.conf';
    return [{ path, template: 'mlbroute.conf.hbs', view: sysctlView(sysctls) }];
  },
};
