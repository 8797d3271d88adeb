import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../src/lab/down.ts';
import { runCommand } from '../../src/lab/host-command.ts';
import type { Lab } from '../../src/lab/lab-state.ts';
import { inNamespace } from '../../src/lab/namespace.ts';
import type { GuestFiles } from '../../src/lab/seed.ts';
import { labNetwork } from '../../src/lab/topology.ts';
import { publicNetwork, segmentNetwork, writeInventory } from './lab-inventory.ts';
import { bootLab, onNode } from './lab-node.ts';
import { auditOf, pushTo, verifyOf } from './pushing.ts';

let lab: Lab;
let inventory: string;

/** A bridge without ports, made by the host's own files, and a network on a VLAN of it. */
const bridge: GuestFiles = {
  '/etc/systemd/network/20-br0.netdev': '[NetDev]\nName=br0\nKind=bridge\n',
  '/etc/systemd/network/20-br0.network':
    '[Match]\nName=br0\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nConfigureWithoutCarrier=yes\nLinkLocalAddressing=no\n',
};
const bridged = {
  ...{
    name: 'bridged',
    pools: ['10.20.30.0/24'],
    link: { parent: 'br0', vlan: 300, mtu: 1400 },
    return_path: 'onlink',
  },
};

beforeAll(async () => {
  lab = await bootLab({ nodes: 1, files: { n1: bridge } });
  inventory = await writeInventory(lab, 'all', { networks: [publicNetwork, segmentNetwork, bridged] });
  const { exitCode, stderr } = await pushTo(inventory);
  expect(exitCode, stderr).toBe(0);
});
afterAll(async () => {
  await downLab(lab.dir);
});

/** Standard output in JSON mode: every line of it must be JSON. */
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

type Told = { code: string; where: string; subject: string };

/** Every finding in a few words, sorted. */
const findingsOf = (stdout: string) =>
  linesOf(stdout)
    .filter(({ kind }) => kind === 'findings')
    .flatMap(({ findings }) => findings.map(({ code, where, subject }: Told) => `${where} ${code} ${subject}`))
    .sort();

describe('an audit', () => {
  it('finds everything that was meddled with, and exits with 2', async () => {
    await onNode(
      lab,
      'n1',
      `echo '# mine' >>/etc/sysctl.d/99-zz-mlbroute.conf
      printf '[Match]\\nName=eth7\\n' >/etc/systemd/network/99-mlbroute-stray.network
      rm /etc/systemd/networkd.conf.d/50-mlbroute.conf
      ip rule delete priority 2011
      ip link set eth0.100 down; ip link set eth0.100 up
      sysctl -qw net.ipv4.conf.eth0/100.rp_filter=1
      iptables -t mangle -F MLBROUTE-OUTPUT`,
    );
    const { exitCode, stdout } = await auditOf(inventory, { output: 'json' });
    expect(exitCode).toBe(2);
    expect(findingsOf(stdout)).toEqual([
      'persisted edited-on-host /etc/sysctl.d/99-zz-mlbroute.conf',
      'persisted missing /etc/systemd/networkd.conf.d/50-mlbroute.conf',
      'persisted unexpected /etc/systemd/network/99-mlbroute-stray.network',
      'running differs chain MLBROUTE-OUTPUT in mangle from OUTPUT, 1 rule',
      'running differs sysctl net/ipv4/conf/eth0.100/rp_filter 1 → 0',
      'running missing route 1.2.3.0/24 dev eth0.100 scope link table 7100',
      'running missing route default via 1.2.3.1 dev eth0.100 onlink table 7100',
      'running missing rule 2011 fwmark 0x100/0x1f00 lookup 7100',
    ]);
  });

  it('tells people who edited which file, and when', async () => {
    const { exitCode, stdout } = await auditOf(inventory);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /edited-on-host persisted +\/etc\/sysctl\.d\/99-zz-mlbroute\.conf\n +was edited by root on 20\d\d-.*Z since the last push/,
    );
  });

  it('finds nothing after a push, which repairs it all', async () => {
    const pushed = await pushTo(inventory, { output: 'json' });
    expect(pushed.exitCode, pushed.stdout).toBe(0);
    expect(linesOf(pushed.stdout).at(-1)).toMatchObject({ kind: 'end', host: 'n1', outcome: { status: 'changed' } });
    const { exitCode, stdout } = await auditOf(inventory, { output: 'json' });
    expect({ exitCode, findings: findingsOf(stdout) }).toEqual({ exitCode: 0, findings: [] });
  });
});

/** Runs a command on the lab's router, which answers with nothing but its output. */
async function onRouter(command: string): Promise<void> {
  const shell = `TCP4:${labNetwork.router.lan}:${labNetwork.router.shellPort},connect-timeout=5`;
  const { stdout } = await runCommand(inNamespace(lab, 'switch', ['socat', '-t5', '-', shell]), {
    stdin: `${command} && echo done\n`,
  });
  expect(stdout.trim()).toBe('done');
}

describe('a verification', () => {
  it('passes where the gateway answers', async () => {
    const { exitCode, stdout } = await verifyOf(inventory);
    expect(exitCode, stdout).toBe(0);
  });

  it('names the gateway that does not answer, with a hint, and exits with 2', async () => {
    await onRouter('ip link set eth0.100 down');
    const { exitCode, stdout } = await verifyOf(inventory);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /likely-cause +network +network public\n +nobody has the address of the gateway 1\.2\.3\.1 on eth0\.100\n/,
    );
    expect(stdout).toMatch(
      /probe +network +network public\n +the gateway 1\.2\.3\.1 does not answer ARP on eth0\.100\n +hint: check that the VLAN reaches this port/,
    );
  });

  it('passes again when the gateway is back', async () => {
    await onRouter('ip link set eth0.100 up');
    const { exitCode, stdout } = await verifyOf(inventory);
    expect(exitCode, stdout).toBe(0);
  });

  it.each([
    [
      'a parent that is down',
      'ip link set br0 down',
      'ip link set br0 up; ip link set br0.300 up; ip route replace 10.20.30.0/24 dev br0.300 scope link proto static',
      /network bridged\n +br0, which br0\.300 hangs on, is down/,
    ],
    [
      'an MTU that is too small',
      'ip link set br0.300 mtu 1300',
      'ip link set br0.300 mtu 1400',
      /network bridged\n +br0\.300 has MTU 1300, not 1400/,
    ],
  ])('names %s', async (_, meddling, mending, cause) => {
    await onNode(lab, 'n1', meddling);
    const { exitCode, stdout } = await verifyOf(inventory);
    await onNode(lab, 'n1', mending);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(cause);
    expect((await verifyOf(inventory)).stdout).toContain('1 host as described');
  });

  it('names a way that is no longer the right one, since something else serves the services by now', async () => {
    const path = await writeInventory(lab, 'cilium', {
      networks: [publicNetwork, segmentNetwork, bridged],
      kube_proxy: 'cilium',
    });
    const { exitCode, stdout } = await verifyOf(path);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /network public\n +the node was set up for return path mark, and needs source by now: Cilium replaces kube-proxy/,
    );
  });

  it('names the VLAN that somebody deleted, before all that went with it', async () => {
    await onNode(lab, 'n1', 'ip link delete eth0.100');
    const { exitCode, stdout } = await verifyOf(inventory);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/finding.*\n +likely-cause +network +network public\n +eth0\.100 is not there/);
  });
});

describe('a verification over a restart', () => {
  const bootId = () => onNode(lab, 'n1', 'cat /proc/sys/kernel/random/boot_id');
  const hooks = { timeoutS: 300, before: null, after: null, yes: true };

  it('restarts no node that is in trouble already, nor one whose command before it fails', async () => {
    const boot = await bootId();
    const troubled = await verifyOf(inventory, {}, { reboot: { ...hooks, before: 'exit 7' } });
    expect(troubled.exitCode).toBe(2);
    expect((await pushTo(inventory)).exitCode).toBe(0);
    const { exitCode, stderr } = await verifyOf(inventory, {}, { reboot: { ...hooks, before: 'exit 7' } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--before-reboot: `exit 7` ended with exit code 7');
    expect(await bootId()).toBe(boot);
  });

  it('passes where all is as before, between the two commands', async () => {
    const boot = await bootId();
    const log = join(lab.dir, 'run', 'hooks');
    const note = (word: string) => `echo ${word} $MLBROUTE_HOST >>${log}`;
    const reboot = { ...hooks, before: note('before'), after: note('after') };
    const { exitCode, stdout, stderr } = await verifyOf(inventory, {}, { reboot });
    expect(exitCode, `${stdout}${stderr}`).toBe(0);
    expect(await readFile(log, 'utf8')).toBe('before n1\nafter n1\n');
    expect(await bootId()).not.toBe(boot);
  });

  it('tells what is otherwise, and leaves the command after it out', async () => {
    await onNode(lab, 'n1', "echo 'net.ipv4.conf.eth0/100.rp_filter = 1' >/etc/sysctl.d/zzz.conf");
    const log = join(lab.dir, 'run', 'later');
    const { exitCode, stdout } = await verifyOf(inventory, {}, { reboot: { ...hooks, after: `touch ${log}` } });
    await onNode(lab, 'n1', 'rm /etc/sysctl.d/zzz.conf');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /after-reboot +running +sysctl net\/ipv4\/conf\/eth0\.100\/rp_filter 0 → 1\n +is otherwise since/,
    );
    await expect(readFile(log)).rejects.toThrow('ENOENT');
  });
});
