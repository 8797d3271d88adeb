import { beforeAll, describe, expect, it } from 'vitest';
import type { Family } from '../../src/domain/address.ts';
import type { RunningState } from '../../src/domain/observed.ts';
import { parseObservation } from '../../src/facts/observation.ts';
import { needTool } from '../backends/run-tool.ts';
import { observe, printedBy, shells } from './observing.ts';

/** Makes a program impossible to find or run; symbolic links are followed. */
const hide = (...paths: readonly string[]) => paths.map((path) => `mount --bind /dev/null ${path}`).join('\n');

const prioritiesOf = ({ rules }: RunningState, family: Family) =>
  rules.filter(({ rule }) => rule.family === family).map(({ rule }) => rule.priority);

const iptablesVariants = ['/usr/sbin/xtables-nft-multi', '/usr/sbin/xtables-legacy-multi'];

/** A host with one of everything that the report tells of. */
const fullHost = `
mkdir -p /run/systemd/system /run/systemd/netif/links /etc/sysctl.d /etc/systemd/network/10-eth0.network.d /var/lib/mlbroute/transactions/t1
: >/run/systemd/netif/state
printf 'NETWORK_FILE=/etc/systemd/network/10-eth0.network\\n' >"/run/systemd/netif/links/$(ip -o link show eth0 | cut -d: -f1)"
printf '[Match]\\n Name = eth0\\n[Network]\\nName=eth7\\n' >/etc/systemd/network/10-eth0.network
printf '[Match]\\nName=*' >/run/systemd/network/80-all.network
ln -s /dev/null /etc/systemd/network/90-masked.network
printf 'é without end' >/etc/mlbroute/iptables.v4
: >/etc/mlbroute/empty
ln -s ../nowhere /etc/mlbroute/link
mkdir /etc/mlbroute/folder
printf '# ours\\n' >/etc/systemd/network/10-eth0.network.d/50-mlbroute.conf
chmod 600 /etc/systemd/network/10-eth0.network.d/50-mlbroute.conf
ip address add 192.168.1.10/24 dev eth0
ip route add 1.2.3.0/24 dev eth1 scope link table 7100 protocol static
ip rule add priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static
ip -6 route add 2001:db8:1::/64 dev eth1 table 7101 protocol static
ip -6 rule add priority 2012 fwmark 0x100/0x1f00 lookup 7101 protocol static
iptables-nft -w 5 -t mangle -N MLBROUTE-OUTPUT
iptables-nft -w 5 -t mangle -A OUTPUT -j MLBROUTE-OUTPUT
`;

describe('node/observe.sh', () => {
  beforeAll(() => {
    needTool('/usr/bin/busybox', 'busybox-static');
    needTool('/usr/bin/strace', 'strace');
    needTool('/usr/sbin/nft', 'nftables');
    for (const path of iptablesVariants) needTool(path, 'iptables');
    needTool('/usr/bin/systemctl', 'systemd');
  });

  it.each(shells)('tells under %s all that a host has', (shell) => {
    const { facts, persisted, running } = observe({ setUp: fullHost, shell });
    expect(facts).toMatchObject({
      osId: 'debian',
      isNetworkdActive: true,
      iptables: 'nf_tables',
      networkFileOf: { eth0: '/etc/systemd/network/10-eth0.network' },
      serviceProxy: { kind: 'none' },
      rpFilter: { all: expect.any(Number), eth1: expect.any(Number) },
    });
    expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(facts.kernelRelease).toMatch(/^\d+\.\d+/);
    expect(facts.systemdVersion).toBeGreaterThan(200);
    expect(facts.programs).toEqual(expect.arrayContaining(['ip', 'iptables', 'stat', 'sha256sum', 'systemctl']));
    const ours = facts.networkFiles.filter(({ path }) => !path.startsWith('/usr/lib/'));
    expect(ours).toEqual([
      { path: '/etc/systemd/network/10-eth0.network', matchNames: ['eth0'] },
      { path: '/run/systemd/network/80-all.network', matchNames: ['*'] },
      { path: '/etc/systemd/network/90-masked.network', matchNames: [] },
    ]);
    expect(
      persisted.map((file) => [file.path, file.kind === 'file' ? `${file.mode} ${file.content}` : file.target]),
    ).toEqual([
      ['/etc/mlbroute/empty', '0644 '],
      ['/etc/mlbroute/iptables.v4', '0644 é without end'],
      ['/etc/mlbroute/link', '../nowhere'],
      ['/etc/systemd/network/10-eth0.network.d/50-mlbroute.conf', '0600 # ours\n'],
    ]);
    expect(running.chains).toEqual([
      { family: 'ipv4', table: 'mangle', name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT', rules: [] },
    ]);
    expect(running.routes.map(({ route }) => [route.family, route.table])).toEqual(
      expect.arrayContaining([
        ['ipv4', 7100],
        ['ipv6', 7101],
      ]),
    );
    expect(prioritiesOf(running, 'ipv4')).toEqual([0, 2011, 32766, 32767]);
    expect(prioritiesOf(running, 'ipv6')).toEqual([0, 2012, 32766]);
    expect(facts.interfaces.map(({ name }) => name)).toEqual(expect.arrayContaining(['lo', 'eth0', 'eth1']));
  });

  it.each(shells)('looks under %s at what only IPv6 needs where it is wanted, or was', (shell) => {
    const setUp = `
      ip6tables-nft -w 5 -t mangle -N MLBROUTE-OUTPUT
      ip6tables-nft -w 5 -t mangle -A OUTPUT -j MLBROUTE-OUTPUT
      ip6tables-nft -w 5 -t mangle -A OUTPUT -m mark --mark 0x1/0x1 -j ACCEPT
      ip6tables-nft -w 5 -t raw -N MLBROUTE-RPFILTER`;
    const found = (look: Parameters<typeof observe>[0]) => {
      const { running, facts } = observe({ shell, ...look });
      return {
        chains: running.chains.map(({ family, table, name, hook }) => [family, table, name, hook]),
        marks: facts.others.marks.length,
        settings: Object.keys(running.sysctls).filter((key) => key.startsWith('net/ipv6/conf/eth1/')),
      };
    };
    const all = {
      chains: [
        ['ipv6', 'mangle', 'MLBROUTE-OUTPUT', 'OUTPUT'],
        ['ipv6', 'raw', 'MLBROUTE-RPFILTER', null],
      ],
      marks: 1,
      settings: ['net/ipv6/conf/eth1/accept_ra', 'net/ipv6/conf/eth1/disable_ipv6'],
    };
    expect(found({ setUp })).toEqual({ chains: [], marks: 0, settings: [] });
    expect(found({ setUp, ipv6: 'yes' })).toEqual(all);
    expect(found({ setUp: `${setUp}\n: >/etc/mlbroute/iptables.v6` })).toEqual(all);
  });

  it.each(shells)(
    'looks under %s into tables that tasks have chains in, and had, each family by its own file',
    (shell) => {
      const setUp = `
      for tool in iptables ip6tables; do
        for table in filter nat; do $tool-nft -w 5 -t $table -N MLBROUTE-A; $tool-nft -w 5 -t $table -N OTHER; done
      done`;
      const found = (look: Parameters<typeof observe>[0]) =>
        observe({ shell, ...look }).running.chains.map(({ family, table, name }) => `${family} ${table} ${name}`);
      const had = (family: 4 | 6, table: string) => `${setUp}\necho '*${table}' >/etc/mlbroute/iptables.v${family}`;
      expect(found({ setUp })).toEqual([]);
      expect(found({ setUp, tables: 'nat' })).toEqual(['ipv4 nat MLBROUTE-A']);
      expect(found({ setUp, tables: 'filter', ipv6: 'yes' })).toEqual([
        'ipv4 filter MLBROUTE-A',
        'ipv6 filter MLBROUTE-A',
      ]);
      expect(found({ setUp: had(4, 'filter'), ipv6: 'yes' })).toEqual(['ipv4 filter MLBROUTE-A']);
      expect(found({ setUp: had(6, 'nat') })).toEqual(['ipv6 nat MLBROUTE-A']);
    },
  );

  it.each(shells)('tells under %s of a kernel without IPv6 what it has', (shell) => {
    const setUp = `printf '#!/bin/sh\\ncase "$*" in *-6*) echo not supported >&2; exit 2 ;; esac\\nexec /usr/sbin/ip "$@"\\n' >/mnt/ip
      chmod 755 /mnt/ip; mkdir /mnt/bin; cp /mnt/ip /mnt/bin/ip; mount --bind /mnt/bin /usr/local/sbin`;
    const { stdout, stderr } = printedBy({ setUp, shell, ipv6: 'yes' });
    expect(stderr).toBe('');
    const observed = parseObservation(stdout, '@token');
    expect(observed.ok && prioritiesOf(observed.value.running, 'ipv6')).toEqual([]);
  });

  const traced = (calls: string, setUp: string) => {
    const { stdout } = printedBy({
      setUp,
      wrapper: `strace -f -qq -e trace=${calls} -e status=successful -o /mnt/trace`,
      afterwards: 'echo; echo @trace; cat /mnt/trace',
    });
    return stdout.slice(stdout.indexOf('@trace')).split('\n').slice(1);
  };

  it('starts no more than 18 programs', () => {
    const started = traced('execve', fullHost).flatMap((line) => /execve\("[^"]*", \[([^\]]*)\]/.exec(line)?.[1] ?? []);
    expect(started[0]).toContain('dash');
    expect(started.length, `every push starts these on every host:\n${started.join('\n')}`).toBeLessThanOrEqual(18);
  });

  it('has no file read by the shell, byte by byte, that grows with the pods of a host', () => {
    const pods = `
      mkdir -p /run/systemd/netif/links
      echo >/run/systemd/netif/state
      for i in $(seq 3 202); do
        { echo ADMIN_STATE=unmanaged; seq 100 120; echo NETWORK_FILE=/etc/systemd/network/$i.network; } >/run/systemd/netif/links/$i
        { echo '[Match]'; echo Name=pod$i; seq 100 120; } >/etc/systemd/network/$i.network
      done`;
    const bytewise = (setUp: string) => traced('read', setUp).filter((line) => / = 1$/.test(line)).length;
    expect(bytewise(`${fullHost}${pods}`) - bytewise(fullHost)).toBeLessThan(100);
  });

  it.each<[string, string, object]>([
    ['nft', hide('/usr/sbin/nft'), { iptables: 'nf_tables' }],
    ['iptables', hide(...iptablesVariants), { iptables: null, serviceProxy: { kind: 'none' } }],
    [
      'iptables and nft',
      hide('/usr/sbin/nft', ...iptablesVariants),
      { iptables: null, serviceProxy: { kind: 'none' } },
    ],
    ['systemd', hide('/usr/bin/systemctl', '/usr/bin/systemd-run'), { systemdVersion: null, isNetworkdActive: false }],
  ])('does its work without %s', (_, setUp, expected) => {
    for (const shell of shells) {
      const { facts, running } = observe({ setUp, shell });
      expect(facts).toMatchObject(expected);
      expect(running.chains).toEqual([]);
      expect(prioritiesOf(running, 'ipv4')).toEqual([0, 32766, 32767]);
    }
  });

  it('tells which programs are not there', () => {
    const { facts } = observe({ setUp: hide('/usr/bin/systemctl', ...iptablesVariants) });
    expect(facts.programs).toContain('ip');
    expect(facts.programs.filter((name) => /systemctl|iptables/.test(name))).toEqual([]);
  });

  it('tells which programs make no chains, and why', () => {
    const script = (path: string, text: string) => {
      const own = `/mnt/${path.split('/').at(-1)}`;
      return `printf '#!/bin/sh\\n${text}\\n' >${own}; chmod +x ${own}; mount --bind ${own} ${path}`;
    };
    const faultsOf = (...setUp: readonly string[]) => observe({ setUp: setUp.join('\n') }).facts.netfilterFaults;
    const noNft = script('/usr/sbin/nft', 'echo netlink is not there >&2; exit 1');
    const noKernel = script(
      '/usr/sbin/xtables-nft-multi',
      'v="iptables v1.8.9 (nf_tables)"; [ "$1" = --version ] && echo "$v" && exit; echo "$v: Could not fetch rule set generation id: Protocol not supported" >&2; exit 4',
    );
    expect(faultsOf()).toBeUndefined();
    expect(faultsOf('rm /etc/alternatives/ip6tables')).toEqual({ ip6tables: 'it is not there' });
    expect(faultsOf(noNft)).toEqual({ nft: 'netlink is not there' });
    expect(faultsOf(noKernel)).toEqual({
      iptables: 'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Protocol not supported',
    });
    // A table of kube-proxy's by nft is none of theirs, and no fault.
    expect(
      faultsOf('nft add table ip nat; nft "add chain ip nat x { type nat hook prerouting priority 5; }"'),
    ).toBeUndefined();
  });

  it('says nothing on standard error, whatever is missing', () => {
    for (const shell of shells) {
      const setUp = hide('/usr/sbin/nft', '/usr/bin/systemctl', ...iptablesVariants);
      expect(printedBy({ setUp: fullHost, shell }).stderr).toBe('');
      expect(printedBy({ setUp, shell }).stderr).toBe('');
    }
  });

  it.each([
    ['nft', 'iptables-nft', ''],
    ['legacy', 'iptables-legacy', ''],
    ['nft while the legacy table exists too', 'iptables-nft', 'iptables-legacy -w 5 -t nat -L >/dev/null'],
  ])('finds kube-proxy in iptables of the variant %s', (_, iptables, before) => {
    const setUp = `${before}
      ${iptables} -w 5 -t nat -N KUBE-SERVICES
      ${iptables} -w 5 -t nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES`;
    expect(observe({ setUp }).facts.serviceProxy.kind).toBe('iptables');
  });

  it.each(shells)('finds under %s the marks of others, in iptables and in nft tables', (shell) => {
    const setUp = `
      iptables-nft -w 5 -t mangle -A PREROUTING -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
      iptables-nft -w 5 -t mangle -A OUTPUT -m mark --mark 0x1/0x1 -j ACCEPT
      iptables-nft -w 5 -t nat -A POSTROUTING -j MARK --set-xmark 0x4000/0x4000
      nft add table ip kube-proxy
      nft add chain ip kube-proxy c '{ type filter hook input priority 0; }'
      nft add rule ip kube-proxy c meta mark set 0x4000
      nft add table inet other
      nft add chain inet other c '{ type filter hook prerouting priority mangle; }'
      nft add rule inet other c meta mark set meta mark and 0xffffe0ff or 0x100
      nft add rule inet other c ct mark 0x7 accept`;
    expect(
      observe({ setUp, shell }).facts.others.marks.map(({ of, does, mask }) => `${of} ${does} 0x${mask.toString(16)}`),
    ).toEqual(['packet set 0x80', 'packet test 0x1', 'packet set 0x1f00', 'connection test 0xffffffff']);
  });

  it.each(shells)('finds under %s rules, routes and VLANs that mlbroute does not model', (shell) => {
    const setUp = `
      ip address add 192.168.1.10/24 dev eth0
      ip rule add priority 2005 not fwmark 0x7 lookup 77
      ip rule add priority 2006 lookup main suppress_prefixlength 0
      ip route add default table 7100 nexthop via 192.168.1.1 nexthop via 192.168.1.2
      printf '[Match]\\nName=eth0\\n[Network]\\nVLAN=vlan100\\n' >/etc/systemd/network/10-eth0.network
      printf '[NetDev]\\nName=vlan100\\nKind=vlan\\n\\n[VLAN]\\nId=100\\n' >/run/systemd/network/10-netplan-vlan100.netdev
      mkdir -p /etc/network/interfaces.d
      printf 'auto eth1.5\\niface eth1.5 inet manual\\n' >/etc/network/interfaces.d/vlans`;
    const { others } = observe({ setUp, shell }).facts;
    expect(others.rules.map(({ priority, table }) => [priority, table])).toEqual([
      [2005, 77],
      [2006, 254],
    ]);
    expect(others.routes.filter(({ table }) => table === 7100)).toHaveLength(1);
    const inEtc = others.linkFiles.filter(({ path }) => path !== '/etc/network/interfaces');
    expect(inEtc).toEqual([
      { path: '/run/systemd/network/10-netplan-vlan100.netdev', name: 'vlan100', vlanId: 100 },
      { path: '/etc/network/interfaces.d/vlans', name: 'eth1.5', vlanId: null },
    ]);
    expect(others.vlansOf).toEqual({ '/etc/systemd/network/10-eth0.network': ['vlan100'] });
  });

  it('finds the nft table of kube-proxy', () => {
    expect(observe({ setUp: 'nft add table ip kube-proxy' }).facts.serviceProxy.kind).toBe('nftables');
  });

  it.each(['nft', 'legacy'])('finds its chains where iptables is the variant %s', (variant) => {
    const setUp = `
      mkdir /mnt/bin
      for tool in iptables iptables-save; do ln -s /usr/sbin/xtables-${variant}-multi "/mnt/bin/$tool"; done
      mount --bind /mnt/bin /usr/local/sbin
      iptables-${variant} -w 5 -t mangle -N MLBROUTE-OUTPUT`;
    const { facts, running } = observe({ setUp });
    expect(facts.iptables).toBe(variant === 'nft' ? 'nf_tables' : 'legacy');
    expect(running.chains.map(({ name }) => name)).toEqual(['MLBROUTE-OUTPUT']);
  });

  it('creates no table of legacy iptables by looking for it', () => {
    const setUp = `
      mkdir /mnt/bin
      for tool in iptables ip6tables; do
        for part in '' -save; do ln -s /usr/sbin/xtables-legacy-multi "/mnt/bin/$tool$part"; done
      done
      mount --bind /mnt/bin /usr/local/sbin`;
    const afterwards = 'echo; echo @tables; cat /proc/net/ip_tables_names /proc/net/ip6_tables_names';
    const { stdout } = printedBy({ setUp, ipv6: 'yes', tables: 'nat filter', afterwards });
    expect(stdout.slice(stdout.indexOf('@tables'))).toBe('@tables\n');
  });

  it('writes nothing to the disk', () => {
    const afterwards = 'echo; echo @written; find /mnt/etc /mnt/lib -type f -newer /mnt/stamp';
    const { stdout } = printedBy({ setUp: `${fullHost}\nsleep 0.02; : >/mnt/stamp`, afterwards });
    expect(stdout.slice(stdout.indexOf('@written'))).toBe('@written\n');
  });
});
