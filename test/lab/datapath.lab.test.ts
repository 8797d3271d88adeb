import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { probeCaptured } from '../../src/lab/capture.ts';
import { downLab } from '../../src/lab/down.ts';
import { setKubeProxy } from '../../src/lab/kube-proxy.ts';
import { type Lab, labInventoryPath } from '../../src/lab/lab-state.ts';
import { exec } from '../../src/lab/node-shell.ts';
import { type ProbeFrom, probe } from '../../src/lab/probe.ts';
import { bootId, rebootNodes } from '../../src/lab/reboot.ts';
import { type LabService, labServices } from '../../src/lab/services.ts';
import { inspectLab } from '../../src/lab/status.ts';
import { upLab } from '../../src/lab/up.ts';
import { routingByHand, vlansByHand } from './by-hand.ts';

let dir: string;
let lab: Lab;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lab-'));
  lab = await upLab({ nodes: 3, dir }, (line) => process.stderr.write(`${line}\n`));
});
afterAll(async () => {
  await downLab(dir);
});

const onAllNodes = async (script: string) => {
  const results = await Promise.all(lab.nodes.map((node) => exec(lab, node.name, script)));
  expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(lab.nodes.map(() => ({ code: 0, stderr: '' })));
  return results.map((result) => result.stdout.trim());
};
const routed: readonly LabService['kind'][] = [
  'local',
  'cluster-local',
  'cluster-remote',
  'host-network',
  'second-network',
];
const askAll = (kinds: readonly LabService['kind'][], from: ProbeFrom) =>
  Promise.all(
    labServices(lab.nodes)
      .filter((service) => kinds.includes(service.kind))
      .map(async (service) => ({ service, seen: await probeCaptured(lab, { from, vip: service.vip }) })),
  );
const expectTaggedAnswers = async () => {
  for (const { service, seen } of await askAll(routed, 'client')) {
    expect(seen, service.name).toMatchObject({
      ok: true,
      answer: expect.stringContaining(`${service.answers} peer `),
      repliesUntagged: 0,
      vlan: service.kind === 'second-network' ? 200 : 100,
    });
    expect(seen.repliesTagged, service.name).toBeGreaterThanOrEqual(3);
  }
};
const expectInsideAnswers = async () => {
  const places: ProbeFrom[] = ['router', { pod: 'n1' }, { pod: 'n2' }, { node: 'n1' }, { node: 'n3' }];
  const vips = ['1.2.3.11', '1.2.3.12', '1.2.3.13', '1.2.3.14'];
  const failed: string[] = [];
  for (const from of places) {
    const answers = await Promise.all(vips.map((vip) => probe(lab, { from, vip })));
    answers.forEach((answer, i) => {
      if (!answer.ok) failed.push(`${JSON.stringify(from)} ${vips[i]}: ${answer.error}`);
    });
  }
  expect(failed).toEqual([]);
};

describe('a lab as it comes up', () => {
  it('has whole nodes of Debian 12 with what the product asks of a node', async () => {
    const tools = 'networkctl netplan sudo iptables-restore conntrack ipvsadm arping tcpdump dash sysctl systemd-run';
    for (const state of await onAllNodes(
      `command -v ${tools} >/dev/null && systemctl --version | head -1 && iptables -V && systemctl is-system-running --wait`,
    )) {
      expect(state).toMatch(/^systemd 252 .*\niptables v1\.8\.9 \(legacy\)\nrunning$/);
    }
  });

  it('has the rp_filter of Debian on n1 and n3, and that of Ubuntu on n2', async () => {
    expect(await onAllNodes('cat /proc/sys/net/ipv4/conf/all/rp_filter')).toEqual(['0', '2', '0']);
  });

  it('can be reached from an ordinary shell as the inventory says, with strict host keys, as a user who may become root', () => {
    const inventory = parse(readFileSync(labInventoryPath(lab), 'utf8'));
    const { ansible_user, ansible_ssh_private_key_file } = inventory.all.vars;
    for (const [name, host] of Object.entries<Record<string, string>>(inventory.all.children.workers.hosts)) {
      const command = `ssh -F none -o StrictHostKeyChecking=yes -o BatchMode=yes -i ${ansible_ssh_private_key_file} ${host.ansible_ssh_common_args} ${ansible_user}@${host.ansible_host} sudo -n id -un`;
      expect(execFileSync('sh', ['-c', `${command} && hostname >/dev/null`], { encoding: 'utf8' }), name).toBe(
        'root\n',
      );
    }
  });

  it("answers on the nodes' own subnet at once: case 1", async () => {
    for (const { service, seen } of await askAll(['same-subnet'], 'onlink')) {
      expect(seen, service.name).toMatchObject({
        ok: true,
        answer: `${service.answers} peer 192.168.1.3`,
        repliesTagged: 0,
      });
    }
  });

  it('loses the replies to the other segment by the default gateway: case 2', async () => {
    for (const { service, seen } of await askAll(['on-link'], 'onlink')) {
      expect(seen, service.name).toMatchObject({ ok: false, repliesTagged: 0 });
      expect(seen.repliesUntagged, service.name).toBeGreaterThan(0);
    }
  });

  it('gives the client nothing: no VLAN, no answer to ARP', async () => {
    for (const { service, seen } of await askAll(routed, 'client')) {
      expect(seen, service.name).toMatchObject({ ok: false, repliesTagged: 0, repliesUntagged: 0 });
    }
  });
});

describe('a lab with VLANs and no routing', () => {
  it('replies untagged, by the default gateway; where rp_filter is on, not at all', async () => {
    await onAllNodes(vlansByHand);
    // The speaker looks for interfaces every second.
    await sleep(2000);
    for (const { service, seen } of await askAll(routed, 'client')) {
      expect(seen, service.name).toMatchObject({ ok: false, repliesTagged: 0 });
      if (service.announcedBy === 'n2') expect(seen.repliesUntagged, service.name).toBe(0);
      else expect(seen.repliesUntagged, service.name).toBeGreaterThan(0);
    }
  });
});

describe('a lab with the mark method by hand', () => {
  it('replies by the VLAN, to every kind of service, with kube-proxy in iptables mode', async () => {
    await onAllNodes(routingByHand);
    await expectTaggedAnswers();
    for (const { service, seen } of await askAll(['on-link'], 'onlink'))
      expect(seen, service.name).toMatchObject({ ok: true });
  });

  it('lets pods, nodes and the gateway through too', expectInsideAnswers);

  it('does the same with IPVS', async () => {
    lab = await setKubeProxy(lab, 'ipvs');
    expect(
      await onAllNodes('ip -br link show kube-ipvs0 | cut -d" " -f1; iptables-save | grep -c KUBE-SVC || true'),
    ).toEqual(lab.nodes.map(() => 'kube-ipvs0\n0'));
    await expectTaggedAnswers();
    await expectInsideAnswers();
  });

  it("leaves nothing of IPVS behind when it goes back, and nothing of another's in netfilter is touched", async () => {
    lab = await setKubeProxy(lab, 'iptables');
    expect(
      await onAllNodes('ipvsadm -Sn; ip -br link show type dummy; iptables-save -t mangle | grep -c CONNMARK'),
    ).toEqual(lab.nodes.map(() => '2'));
    await expectTaggedAnswers();
    await expectInsideAnswers();
  });
});

const bootIds = () => Promise.all(lab.nodes.map((node) => bootId(lab, node.name)));

describe('a reboot', () => {
  it('brings services, host keys and files back, and forgets what was typed by hand', async () => {
    await onAllNodes('echo kept > /root/mark');
    const before = await bootIds();
    const lines: string[] = [];
    await rebootNodes(lab, ['n1', 'n3'], (line) => lines.push(line));
    const after = await bootIds();
    expect(after.map((id, i) => id !== before[i])).toEqual([true, false, true]);
    expect(lines.sort()).toEqual([
      expect.stringMatching(/^n1 rebooted in /),
      expect.stringMatching(/^n3 rebooted in /),
    ]);
    expect(await onAllNodes('cat /root/mark; ls /proc/sys/net/ipv4/conf | grep -c eth0.100 || true')).toEqual([
      'kept\n0',
      'kept\n1',
      'kept\n0',
    ]);
    for (const { service, seen } of await askAll(['same-subnet'], 'onlink'))
      expect(seen, service.name).toMatchObject({ ok: true });
    await Promise.all(['n1', 'n3'].map((name) => exec(lab, name, routingByHand)));
    await sleep(1500);
    await expectTaggedAnswers();
  });
});

const processesOf = (namespaces: ReadonlySet<string>) =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return (
        namespaces.has(readlinkSync(`/proc/${pid}/ns/net`)) ||
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir)
      );
    } catch {
      return false; // Ended since the listing.
    }
  });

describe('down', () => {
  it('leaves no process, no namespace and no file', async () => {
    const pids = lab.daemons.map((daemon) => daemon.pid);
    const namespaces = new Set(pids.slice(0, 3).map((pid) => readlinkSync(`/proc/${pid}/ns/net`)));
    expect(namespaces.size).toBe(3);
    expect((await inspectLab(dir)).isUp).toBe(true);
    await downLab(dir);
    // Clients of ours, told to go, may take a moment to end.
    await expect.poll(() => processesOf(namespaces), { timeout: 2000 }).toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(dir);
    expect(existsSync(dir)).toBe(false);
  });
});
