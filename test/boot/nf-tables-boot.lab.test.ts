import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOf, pushTo, removeFrom } from '../commands/pushing.ts';
import { type SystemdHost, startSystemdHost } from './systemd-host.ts';

/** The kernel of the lab's nodes has no nf_tables. That of this machine has, and systemd boots on it in namespaces. */
const networks = [
  {
    ...{ name: 'public', pools: ['1.2.3.0/24'], link: { device: 'eth1' }, gateway: '1.2.3.1' },
    ...{ return_path: 'mark', rp_filter: 'rpfilter' },
  },
];
/** The first that may look at the packet filter: it writes down what it finds. */
const kubelet = `[Service]
ExecStart=/bin/sh -c 'nft -s list ruleset >/run/kubelet-saw; exec sleep infinity'
[Install]
WantedBy=multi-user.target
`;
const byNft =
  'for tool in iptables ip6tables; do for verb in "" -save -restore; do ln -sf /usr/sbin/$tool-nft$verb /etc/alternatives/$tool$verb; done; done';

describe.each([
  { netfilter: 'nftables', unit: 'mlbroute-nftables.service', tables: ['inet mlbroute'] },
  { netfilter: 'iptables', unit: 'mlbroute-iptables.service', tables: ['ip mangle', 'ip raw'] },
])('chains that are kept by $netfilter in nf_tables', ({ netfilter, unit, tables }) => {
  let host: SystemdHost;
  let pristine: string;
  let pushed: string;
  const vars = { pod_cidrs: ['10.112.0.0/12'], networks, netfilter };
  /** Chains of a table in the order of their names: the order of making them differs. */
  const chains = () =>
    tables
      .flatMap((table) => host.sh(`nft -s list table ${table}`).split(/^(?=\tchain )/m))
      .map((text) => text.replace(/\n*(\}\n)?$/, ''))
      .sort()
      .join('\n');

  beforeAll(async () => {
    host = await startSystemdHost({ 'etc/systemd/system/kubelet.service': kubelet });
    // What Debian ships: at its start, and when it reads its rules again, everything is flushed.
    host.sh(
      `${byNft}; systemctl unmask nftables.service; systemctl enable nftables.service kubelet.service; systemctl start nftables.service`,
    );
    pristine = host.sh('nft list ruleset; find /etc ! -path "/etc/systemd/system/*.wants" | sort');
    const { exitCode, stderr } = await pushTo(host.inventory(vars));
    expect(exitCode, stderr).toBe(0);
    pushed = chains();
  });
  afterAll(() => host?.stop());

  it('are the same after a boot, and are there before the network and kubelet', async () => {
    await host.reboot();
    expect(chains()).toBe(pushed);
    expect(pushed).toContain('MLBROUTE-RPFILTER');
    expect((await auditOf(host.inventory(vars))).stdout).toContain('1 host as described');
    const saw = host.sh('cat /run/kubelet-saw');
    for (const name of ['MLBROUTE-PREROUTING', 'MLBROUTE-OUTPUT', 'MLBROUTE-RPFILTER']) expect(saw).toContain(name);
    const times = host.sh(
      `systemctl show -p ActiveEnterTimestampMonotonic --value nftables.service ${unit} network-pre.target systemd-networkd.service`,
    );
    const numbers = times
      .split(/\s+/)
      .filter((text) => text !== '')
      .map(Number);
    expect(numbers).toHaveLength(4);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it.each(['restart', 'reload'])('are there again after a %s of what flushes all chains', async (verb) => {
    host.sh('nft add table inet other');
    // It waits for its own job, and not for ours, which comes after it.
    host.sh(`systemctl ${verb} nftables.service; while systemctl list-jobs | grep -q mlbroute; do sleep 0.1; done`);
    expect(host.sh('nft list tables')).not.toContain('other');
    expect(chains()).toBe(pushed);
    expect((await auditOf(host.inventory(vars))).exitCode).toBe(0);
  });

  it('are missed by an audit when somebody flushes them, and are there again after a push', async () => {
    host.sh('nft flush ruleset');
    const { exitCode, stdout } = await auditOf(host.inventory(vars));
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/missing +running +chain MLBROUTE-PREROUTING/);
    expect((await pushTo(host.inventory(vars))).exitCode).toBe(0);
    expect(chains()).toBe(pushed);
  });

  it('are gone after a removal, with their unit', async () => {
    const { exitCode, stderr } = await removeFrom(host.inventory(vars));
    expect(exitCode, stderr).toBe(0);
    expect(host.sh('nft list ruleset')).not.toContain('MLBROUTE');
    expect(host.sh('systemctl list-units --no-legend "mlbroute*"')).toBe('');
    await host.reboot();
    expect(host.sh('nft list ruleset; find /etc ! -path "/etc/systemd/system/*.wants" | sort')).toBe(pristine);
  });
});
