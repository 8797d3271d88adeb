import { describe, expect, it } from 'vitest';
import { parseObservation } from '../../src/facts/observation.ts';
import { manifest } from '../tasks/example-host.ts';
import { capture } from './captures/capture.ts';

/** A report of every section, each of which can be replaced; undefined leaves it out. */
function report(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const sections: Readonly<Record<string, string | undefined>> = {
    host: [
      ...['boot-id b-1', 'kernel 6.1.0-41-amd64', 'uid 0', 'os "ubuntu"'],
      ...['systemd systemd 252 (252.39-1)', '+PAM +AUDIT', 'networkd active', 'program ip', 'program stat'],
      'iptables iptables v1.8.9 (nf_tables)\n',
    ].join('\n'),
    'service-proxy': '-P PREROUTING ACCEPT\ntable ip kube-proxy\n',
    addresses: capture('addresses-by-hand.txt'),
    routes: '[{"dst":"default","gateway":"10.0.0.1","dev":"bond0","flags":[]}]\n',
    rules: '[{"priority":0,"src":"all","table":"255","protocol":"2"}]\n',
    chains: ':MLBROUTE-OUTPUT - [0:0]\n-A OUTPUT -j MLBROUTE-OUTPUT\n',
    sysctls: '/proc/sys/net/ipv4/conf/all/rp_filter:2\n/proc/sys/net/ipv4/conf/bond0.100/rp_filter:0\n',
    'networkd-links':
      '/run/systemd/netif/links/5:NETWORK_FILE=/run/systemd/network/10-netplan-bond0.network\n/run/systemd/netif/links/6:NETWORK_FILE=\n/run/systemd/netif/links/99:NETWORK_FILE=/etc/systemd/network/gone.network\n',
    'networkd-unread': '/etc/systemd/network/new.network\n',
    'link-files':
      'file /etc/systemd/network/10-a.network\n/etc/systemd/network/10-a.network:[Match]\n/etc/systemd/network/10-a.network:Name=bond*\n',
    files: "regular file|644|root|root|1700000000|2|0|0|'/etc/mlbroute/a'\n",
    contents: 'a\n\n',
    manifest: `${JSON.stringify(manifest({ generation: 7 }))}\n`,
    pending: 'id transactions/t1\nuptime 5\nowner joe\nboot-id b-1\ndeadline 60\n',
    history: '',
    end: '',
    ...changes,
  };
  const parts = Object.entries(sections).flatMap(([name, text]) => (text === undefined ? [] : [`@t ${name}\n${text}`]));
  return `Welcome to node1!\n${parts.join('')}`;
}

describe('parseObservation', () => {
  it('puts a whole report together', () => {
    const observed = parseObservation(report(), '@t');
    expect(observed).toMatchObject({
      ok: true,
      value: {
        facts: {
          ...{ bootId: 'b-1', kernelRelease: '6.1.0-41-amd64', osId: 'ubuntu', systemdVersion: 252 },
          ...{ isNetworkdActive: true, iptables: 'nf_tables', programs: ['ip', 'stat'] },
          serviceProxy: { kind: 'nftables' },
          // Link 6 has no file, and link 99 went away meanwhile.
          networkFileOf: { bond0: '/run/systemd/network/10-netplan-bond0.network' },
          networkFiles: [{ path: '/etc/systemd/network/10-a.network', matchNames: ['bond*'] }],
          unreadNetworkFiles: ['/etc/systemd/network/new.network'],
          rpFilter: { all: 2, 'bond0.100': 0 },
        },
        persisted: [{ path: '/etc/mlbroute/a', content: 'a\n' }],
        recorded: { generation: 7 },
        history: [],
        running: {
          // Not the VLAN whose parent lies in another namespace.
          vlans: [
            { name: 'bond0.100', parent: 'bond0', id: 100, mtu: 1400 },
            { name: 'bond0.100.7', parent: 'bond0.100', id: 7, mtu: 1400 },
          ],
          routes: [{ route: { destination: 'default' } }],
          rules: [{ rule: { priority: 0 } }],
          chains: [{ name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT' }],
          sysctls: { 'net/ipv4/conf/all/rp_filter': '2', 'net/ipv4/conf/bond0.100/rp_filter': '0' },
        },
        pending: { id: 't1', owner: 'joe', secondsLeft: 55 },
      },
    });
    expect(observed.ok && Object.keys(observed.value.facts.networkFileOf)).toEqual(['bond0']);
  });

  it('tells who it is there where that is not root', () => {
    const facts = (uid: string) => {
      const observed = parseObservation(report().replace('uid 0', `uid ${uid}`), '@t');
      return observed.ok ? observed.value.facts.foreignUid : observed.error;
    };
    expect([facts('0'), facts('1001')]).toEqual([undefined, '1001']);
  });

  it.each<[string, string | undefined, object]>([
    ['a host without iptables', undefined, { iptables: null }],
    ['legacy iptables', 'iptables v1.8.9 (legacy)', { iptables: 'legacy' }],
    ['an iptables that is older than the two variants', 'iptables v1.6.1', { iptables: 'legacy' }],
    ['an iptables that cannot run', 'iptables: cannot open shared object', { iptables: null }],
  ])('reads %s', (_, version, facts) => {
    const host = `boot-id b\n${version === undefined ? '' : `iptables ${version}\n`}`;
    expect(parseObservation(report({ host }), '@t')).toMatchObject({ ok: true, value: { facts } });
  });

  it('reads a host that mlbroute has never touched, without systemd and networkd', () => {
    const nothing = {
      files: '',
      contents: '\n',
      manifest: '',
      pending: '',
      'networkd-links': '',
      'link-files': '',
    };
    expect(parseObservation(report({ ...nothing, host: 'boot-id b\n' }), '@t')).toMatchObject({
      ok: true,
      value: {
        ...{ persisted: [], notFiles: [], recorded: null, pending: null },
        facts: { systemdVersion: null, isNetworkdActive: false, networkFileOf: {}, networkFiles: [] },
      },
    });
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['stopped early', { end: undefined }, 'the host stopped answering before the end of its report'],
    ['lost its beginning', { host: undefined }, 'the beginning of its report is missing'],
    ['has no ip(8)', { addresses: '' }, 'its answer cannot be read: Unexpected end of JSON input'],
    ['left a section out', { rules: undefined }, 'its answer cannot be read: Unexpected end of JSON input'],
    [
      'has an old iproute2',
      { rules: '[{"priority":0,"table":"local"}]\n' },
      'its answer cannot be read: ip shows table "local" by name, so its iproute2 is too old',
    ],
    ['changed a file meanwhile', { contents: 'abc\n\n' }, 'a managed file changed while it was read'],
    [
      'has a manifest of a later version',
      { manifest: '{"version":2}\n' },
      '/var/lib/mlbroute/manifest.json is of version 2, and this mlbroute reads version 1',
    ],
  ])('says what is wrong with a host that %s', (_, changes, error) => {
    expect(parseObservation(report(changes), '@t')).toEqual({ ok: false, error });
  });

  it('takes no report for one that another token marks', () => {
    expect(parseObservation(report(), '@other').ok).toBe(false);
  });
});
