import { parseCidr, parseIp } from '../../src/domain/address.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import { parseInterfaceName } from '../../src/domain/link.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import type { Result } from '../../src/domain/result.ts';
import { parseFwmark, parsePriority, parseTableId } from '../../src/domain/routing.ts';
import { ipv4ConfKey } from '../../src/domain/sysctl.ts';

/** The value of a parser that cannot fail here. */
export function sure<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const device = sure(parseInterfaceName('eth1'));
const pool = sure(parseCidr('1.2.3.0/24'));
const gateway = sure(parseIp('1.2.3.1'));
const table = sure(parseTableId(7100));
const guard = sure(parseTableId(6999));
const fwmark = sure(parseFwmark(0x100, 0x1f00));
const family = 'ipv4';
const restoreRule =
  '-m conntrack --ctdir REPLY -m connmark --mark 0x100/0x1f00 -j CONNMARK --restore-mark --nfmask 0x1f00 --ctmask 0x1f00';

/** The mark method on an existing device, whose kernel every test machine has. */
export const sampleState: DesiredState = {
  decisions: [
    { network: 'public', returnPath: 'mark', reason: 'for the test', pools: [pool], device, gateway, table, fwmark },
  ],
  links: [],
  routes: [
    { family, table: guard, destination: pool, type: 'blackhole' },
    { family, table, destination: pool, type: 'link', device },
    { family, table, destination: 'default', type: 'gateway', device, gateway, onlink: false },
  ],
  rules: [
    { family, priority: sure(parsePriority(2000)), from: null, to: pool, iif: device, fwmark: null, table: guard },
    { family, priority: sure(parsePriority(2011)), from: null, to: null, iif: null, fwmark, table },
  ],
  chains: [
    { family, table: 'mangle', name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT', rules: [restoreRule] },
    {
      family,
      table: 'mangle',
      name: 'MLBROUTE-PREROUTING',
      hook: 'PREROUTING',
      rules: ['-d 1.2.3.0/24 -i eth1 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0x1f00', restoreRule],
    },
  ],
  sysctls: [{ key: ipv4ConfKey('eth1', 'rp_filter'), value: '2', why: 'for the test', mayBeAbsent: false }],
};

/** Files as the backends make them: plain ones, one in a folder that does not exist yet, a unit, and its link. */
export const sampleFiles: readonly ManagedFile[] = [
  { kind: 'file', path: '/etc/mlbroute/iptables.v4', mode: '0644', content: '# mlbroute\n*mangle\nCOMMIT\n' },
  {
    kind: 'file',
    path: '/etc/sysctl.d/99-zz-mlbroute.conf',
    mode: '0644',
    content: '# mlbroute\nnet/ipv4/conf/eth1/rp_filter = 2\n',
  },
  {
    kind: 'file',
    path: '/etc/systemd/network/10-eth1.network.d/50-mlbroute.conf',
    mode: '0644',
    content: "# it's ours: $HOME `id` \\n\n",
  },
  {
    kind: 'file',
    path: '/etc/systemd/system/mlbroute-iptables.service',
    mode: '0644',
    content: '[Service]\nType=oneshot\n',
  },
  {
    kind: 'symlink',
    path: '/etc/systemd/system/multi-user.target.wants/mlbroute-iptables.service',
    target: '../mlbroute-iptables.service',
  },
];
