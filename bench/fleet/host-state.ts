import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchFleet } from './start-fleet.ts';

/** All that a push changes on a host, but for mlbroute's own record of it. */
const tell = `
cd /etc; find mlbroute sysctl.d systemd ! -type d -name '*' -printf '%y %m %u %p %l\\n' 2>/dev/null | grep -E 'mlbroute|network' | sort -k 4
find mlbroute sysctl.d systemd -type f 2>/dev/null | grep -E 'mlbroute|network' | sort | xargs -r sha256sum
ip -N -4 rule show; ip -N -4 route show table all | sort
iptables-save -t mangle | grep -e '-[AN:].*MLBROUTE'
grep -H . /proc/sys/net/ipv4/conf/*/rp_filter
`;

/** Makes a host as it was at first. */
const putBack = `
rm -rf /etc/mlbroute /etc/sysctl.d/*mlbroute* /etc/systemd/network/*.d /etc/systemd/networkd.conf.d /var/lib/mlbroute /root/.ansible /run/systemd-calls
rm -f /etc/systemd/system/mlbroute-* /etc/systemd/system/*.wants/mlbroute-*
ip -4 rule flush; ip -4 rule add priority 32766 lookup main; ip -4 rule add priority 32767 lookup default
for table in $(ip -N -4 route show table all | sed -n 's/.* table \\([0-9]*\\).*/\\1/p' | sort -u); do
  [ "$table" = 255 ] || ip -4 route flush table "$table"
done
printf '*mangle\\nCOMMIT\\n' | iptables-restore
echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter
`;

/** The state of each host as a text, in the order of their names. Reads past ssh, by the namespaces. */
export function statesOf(fleet: BenchFleet): readonly string[] {
  return onAll(fleet, `${tell}\nprintf '\\001'`).split('\u0001').slice(0, -1);
}

/** Makes all hosts as they were at first. */
export function putAllBack(fleet: BenchFleet): void {
  onAll(fleet, putBack);
}

/** How many processes were ever started on a host: the number that the next one gets in its namespace. Asking takes one itself. */
export function processesOf(fleet: BenchFleet, name: string): number {
  const [command = '', ...args] = [...fleet.onHost(name), 'sh', '-c', 'echo $$'];
  return Number(execFileSync(command, args, { encoding: 'utf8' }));
}

/** One shell for all of them: starting a process from Node.js for each would take longer. */
function onAll(fleet: BenchFleet, program: string): string {
  const file = join(fleet.directory, 'on-all.sh');
  const calls = fleet.names.map((name) => `${fleet.onHost(name).join(' ')} sh -c "$program" 2>&1`);
  writeFileSync(file, `program=$(cat <<'PROGRAM'\n${program}\nPROGRAM\n)\n${calls.join('\n')}\n`);
  return execFileSync('sh', [file], { encoding: 'utf8', maxBuffer: 1 << 28 });
}
