import { parseIp } from '../../../src/domain/address.ts';
import type { DesiredState } from '../../../src/domain/desired-state.ts';
import type { ManagedFile } from '../../../src/domain/remote-file.ts';
import { parsePriority } from '../../../src/domain/routing.ts';
import { sampleFiles, sampleState, sure } from '../sample-state.ts';

/** What the sample becomes: a gateway replaced in place, a rule moved, a chain and a setting gone, one more route. */
export const changedState: DesiredState = {
  ...sampleState,
  routes: sampleState.routes.map((route) =>
    route.type === 'gateway' ? { ...route, gateway: sure(parseIp('1.2.3.9')) } : route,
  ),
  rules: sampleState.rules.map((rule) =>
    rule.fwmark === null ? rule : { ...rule, priority: sure(parsePriority(2012)) },
  ),
  chains: sampleState.chains.filter(({ hook }) => hook !== 'OUTPUT'),
  sysctls: [],
};

const [marks, , network, , link] = sampleFiles;

const unsorted: readonly ManagedFile[] = [
  ...(marks?.kind === 'file' ? [{ ...marks, content: '# mlbroute\n*mangle\n# another\nCOMMIT\n', mode: '0600' }] : []),
  ...(network === undefined ? [] : [network]),
  {
    kind: 'file',
    path: '/etc/systemd/networkd.conf.d/50-mlbroute.conf',
    mode: '0644',
    content: '[Network]\nManageForeignRoutes=no\n',
  },
  ...(link?.kind === 'symlink' ? [{ ...link, target: '/etc/systemd/system/mlbroute-iptables.service' }] : []),
];

/** Files of each kind of change: one is another, one stays, one is new in a folder that is new, one link leads elsewhere, two go. */
export const changedFiles: readonly ManagedFile[] = [...unsorted].sort((a, b) => (a.path < b.path ? -1 : 1));
