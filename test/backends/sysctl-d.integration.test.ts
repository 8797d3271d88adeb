import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostFacts, hostSpec, iface } from '../tasks/example-host.ts';
import { needTool, runIsolated } from './run-tool.ts';
import { filesOf, type Scenario, shippedTemplates } from './scenario.ts';

const templates = await shippedTemplates();

function fileFor(rpFilter: Readonly<Record<string, number>>): string {
  const interfaces = [iface('lo', ['127.0.0.1/8']), iface('eth0', ['192.168.1.10/24']), iface('gone0')];
  const scenario: Scenario = { spec: hostSpec(), facts: hostFacts({ interfaces, rpFilter }), recorded: null };
  const file = filesOf(scenario, templates).find(({ path }) => path.startsWith('/etc/sysctl.d/'));
  if (file?.kind !== 'file') throw new Error('there is no sysctl.d file');
  return file.content;
}

/** What systemd does at boot: all files when only eth0 is there, then for the VLAN what udev runs when it appears (99-systemd.rules). */
const boot = `
  conf=/proc/sys/net/ipv4/conf
  ip link add eth0 type veth peer name peer0
  /lib/systemd/systemd-sysctl "$@"
  ip link add eth0.100 type veth peer name peer1
  for name in eth0.100 peer1; do
    /lib/systemd/systemd-sysctl --prefix=/net/ipv4/conf/$name --prefix=/net/ipv4/neigh/$name "$@"
  done
  for name in all default eth0 eth0.100 peer1; do printf '%s=%s ' $name "$(cat $conf/$name/rp_filter)"; done`;

describe('the sysctl.d file, read by systemd-sysctl at boot,', () => {
  let folder: string;
  beforeAll(() => {
    needTool('/lib/systemd/systemd-sysctl', 'systemd');
    folder = mkdtempSync(join(tmpdir(), 'mlbroute-sysctl-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  // peer1 stands for an interface that comes later: it must be as strict as it would have been without mlbroute.
  const glob = 'net.ipv4.conf.default.rp_filter = 2\nnet.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n';
  const cases: [string, string, Readonly<Record<string, number>>, string][] = [
    [
      'opens only the VLAN on plain Debian',
      '',
      { all: 0, default: 0, eth0: 0 },
      'all=0 default=0 eth0=0 eth0.100=0 peer1=0',
    ],
    [
      'lowers all on Ubuntu and keeps every other interface loose',
      'net.ipv4.conf.default.rp_filter=2\nnet.ipv4.conf.all.rp_filter=2\n',
      { all: 2, default: 2, eth0: 2 },
      'all=0 default=2 eth0=2 eth0.100=0 peer1=2',
    ],
    [
      'lowers all on a strict host and keeps every other interface strict',
      'net.ipv4.conf.default.rp_filter=1\nnet.ipv4.conf.all.rp_filter=1\n',
      { all: 1, default: 1, eth0: 1 },
      'all=0 default=1 eth0=1 eth0.100=0 peer1=1',
    ],
    [
      'keeps other interfaces strict where only all was',
      'net.ipv4.conf.all.rp_filter=1\n',
      { all: 1, default: 0, eth0: 0 },
      'all=0 default=1 eth0=1 eth0.100=0 peer1=1',
    ],
    [
      "stands above a distribution's glob",
      glob,
      { all: 0, default: 2, eth0: 2 },
      'all=0 default=2 eth0=2 eth0.100=0 peer1=2',
    ],
  ];
  it.each(cases)('%s', (_title, distribution, rpFilter, expected) => {
    const files = [join(folder, '10-distribution.conf'), join(folder, '99-zz-mlbroute.conf')] as const;
    writeFileSync(files[0], distribution);
    writeFileSync(files[1], fileFor(rpFilter));
    const start = 'for name in all default; do echo 0 >/proc/sys/net/ipv4/conf/$name/rp_filter; done\n';
    expect(runIsolated(start + boot, files).stdout.trim()).toBe(expected);
  });

  it('says nothing of pinned interfaces that are gone', () => {
    const file = join(folder, '99-zz-mlbroute.conf');
    writeFileSync(file, fileFor({ all: 2, default: 2, eth0: 2, gone0: 1 }));
    const { stderr } = runIsolated(boot, [file]);
    expect(fileFor({ all: 2, default: 2, eth0: 2, gone0: 1 })).toContain('-net/ipv4/conf/gone0/rp_filter = 2');
    expect(stderr).not.toContain('gone0');
  });
});
