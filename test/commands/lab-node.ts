import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, nodeOf } from '../../src/lab/lab-state.ts';
import { exec } from '../../src/lab/node-shell.ts';
import { labNetwork } from '../../src/lab/topology.ts';
import { type LabOptions, upLab } from '../../src/lab/up.ts';

/** Boots a lab in a folder of its own; its stages go to the log of the tests. */
export async function bootLab(options: LabOptions): Promise<Lab> {
  const dir = await mkdtemp(join(tmpdir(), 'lab-'));
  return upLab({ ...options, dir }, (line) => process.stderr.write(`${line}\n`));
}

/** Runs a script as root on a node, gives what it prints; throws where it fails. */
export async function onNode(lab: Lab, node: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await exec(lab, node, script);
  if (code !== 0) throw new Error(`${node}: exit ${code}: ${stderr.trim()}\n${script}`);
  return stdout.trim();
}

/**
 * The routing part of a node's running kernel as text: VLANs, addresses of the network card, neighbours that are written down, rules, routes of
 * all tables, mangle, our chain in raw, what checks sources.
 * Without what differs from boot to boot: interface numbers and the orders that follow from them, also among rules of one priority; counters;
 * and the pods' addresses of IPv6, which follow their random MACs.
 */
export function kernelOf(lab: Lab, node: string): Promise<string> {
  return onNode(
    lab,
    node,
    `
    ip -o -d link show type vlan | sed 's/^[0-9]*: //' | sort
    ip -br address show | grep '^eth' | sort
    ip -4 neighbor show nud permanent | sort
    ip -N -4 rule show | sort -n -k 1,1 -k 2; ip -N -4 route show table all | sort
    ip -N -6 rule show | sort -n -k 1,1 -k 2; ip -N -6 route show table all | grep eth | sort
    iptables-save -t mangle | grep -v '^#' | sed 's/ \\[[0-9:]*\\]//'
    ! grep -qx mangle /proc/net/ip6_tables_names || ip6tables-save -t mangle | grep MLBROUTE | sed 's/ \\[[0-9:]*\\]//' || true
    # Asking for the table would make it.
    ! grep -qx raw /proc/net/ip_tables_names || iptables-save -t raw | grep MLBROUTE | sed 's/ \\[[0-9:]*\\]//' || true
    grep -H . /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/src_valid_mark
    grep -H . /proc/sys/net/ipv6/conf/eth*/accept_ra`,
  );
}

/** Everything on a node's disk that a push could touch, as text: mode, owner, name and sum of each file. mlbroute's own record is no part of it. */
function filesOf(lab: Lab, node: string): Promise<string> {
  return onNode(
    lab,
    node,
    `cd /; set -- $(ls -d etc/mlbroute etc/netplan etc/sysctl.d etc/systemd etc/modules-load.d run/systemd/network 2>/dev/null)
    find "$@" ! -path run/systemd/network -printf '%y %m %u %g %p %l\\n' | sort -k 5; find "$@" -type f -exec sha256sum {} + | sort -k 2`,
  );
}

/** Both, for the promise that nothing was touched. */
export async function stateOf(lab: Lab, node: string): Promise<string> {
  return `${await filesOf(lab, node)}\n${await kernelOf(lab, node)}`;
}

/** From the next boot on a node's network is brought up as ifupdown does: by networking.service, without networkd. */
export async function takeNetworkdAway(lab: Lab, name: string): Promise<void> {
  const address = `${nodeOf(lab, name).address}/${labNetwork.prefixLength}`;
  await onNode(
    lab,
    name,
    `cat >/etc/systemd/system/networking.service <<UNIT
[Unit]
DefaultDependencies=no
After=local-fs.target systemd-sysctl.service
Wants=network.target
Before=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link set eth0 addrgenmode none; ip link set eth0 up; ip address replace ${address} dev eth0; ip route replace default via ${labNetwork.gateway}'
[Install]
WantedBy=multi-user.target
UNIT
    systemctl enable networking.service
    systemctl mask systemd-networkd.service systemd-networkd.socket
    rm -f /etc/systemd/network/10-eth0.network`,
  );
}

/** From the next boot on netplan configures a node's network card, which is called otherwise in its files. */
export async function giveToNetplan(lab: Lab, name: string, id: string): Promise<void> {
  const address = `${nodeOf(lab, name).address}/${labNetwork.prefixLength}`;
  const ethernet = {
    ...{ match: { name: 'eth0' }, addresses: [address], 'link-local': [] },
    routes: [{ to: 'default', via: labNetwork.gateway }],
  };
  // JSON is YAML.
  const yaml = JSON.stringify({ network: { version: 2, ethernets: { [id]: ethernet } } });
  await onNode(
    lab,
    name,
    `mkdir -p /etc/netplan && printf '%s\\n' '${yaml}' >/etc/netplan/50-lab.yaml && chmod 600 /etc/netplan/50-lab.yaml
    rm /etc/systemd/network/10-eth0.network`,
  );
}
