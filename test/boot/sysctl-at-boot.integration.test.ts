import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sysctlAtBoot } from '../../src/boot/sysctl-at-boot.ts';
import { needTool, runIsolated } from '../backends/run-tool.ts';

const conf = 'net/ipv4/conf';
const devices = ['all', 'default', 'eth0', 'eth0.100'] as const;

/** What people and distributions write; 0, 1 and 2 are told apart from the 3 that nobody writes. */
const scenarios: readonly (readonly [string, ...string[]])[] = [
  ['net.ipv4.conf.all.rp_filter=1\nnet.ipv4.conf.default.rp_filter=2\n'],
  [`${conf}/eth0.100/rp_filter=0\n`, 'net.ipv4.conf.*.rp_filter=1\n'],
  ['net.ipv4.conf.*.rp_filter=1\n', `${conf}/eth0.100/rp_filter=0\n`],
  ['net.ipv4.conf.*.rp_filter=1\n', 'net.ipv4.conf.eth*.rp_filter = 2\n'],
  ['net.ipv4.conf.eth*.rp_filter = 2\n', 'net.ipv4.conf.*.rp_filter=1\n'],
  ['net.ipv4.conf.*.rp_filter=1\n-net.ipv4.conf.all.rp_filter\n'],
  ['-net.ipv4.conf.eth0/100.rp_filter\nnet.ipv4.conf.*.rp_filter=2\n', `${conf}/eth0.100/rp_filter=1\n`],
  [`${conf}/eth0.100/rp_filter=1\n`, '-net.ipv4.conf.eth0/100.rp_filter\nnet.ipv4.conf.*.rp_filter=2\n'],
  ['net.ipv4.conf.eth0.100.rp_filter=1\n'],
  ['net.ipv4.conf.eth0/100.rp_filter=1\n', 'net.ipv4.conf.eth0/100.rp_filter=2\n'],
  ['net.ipv4.conf.eth0/100.rp_filter=2\n', 'net.ipv4.conf.eth0/100.rp_filter=1\nnet.ipv4.conf.eth0/100.rp_filter=0\n'],
  [
    '-net.ipv4.conf.eth0/100.rp_filter = 2\n',
    '; net.ipv4.conf.eth0/100.rp_filter = 0\n# net.ipv4.conf.all.rp_filter=1\n',
  ],
  ['  net/ipv4/conf/all/rp_filter  =  2  \n', '/net/ipv4/conf/eth0/rp_filter=1\n'],
  ['net.ipv4.conf.eth[0-9].rp_filter=1\nnet.ipv4.conf.eth0?100.rp_filter=2\n'],
];

let folder: string;
beforeAll(() => {
  needTool('/lib/systemd/systemd-sysctl', 'systemd');
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-sysctl-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('sysctlAtBoot', () => {
  it.each(scenarios.map((files) => [files] as const))('says what systemd-sysctl does with %j', (texts) => {
    const files = texts.map((text, i) => {
      const path = join(folder, `${i}.conf`);
      writeFileSync(path, text);
      return { path, text };
    });
    const { stdout } = runIsolated(
      `for name in eth0 eth0.100; do ip link add $name type veth; done
      for name in ${devices.join(' ')}; do echo 3 >/proc/sys/${conf}/$name/rp_filter; done
      /lib/systemd/systemd-sysctl "$@" || :
      for name in ${devices.join(' ')}; do cat /proc/sys/${conf}/$name/rp_filter; done`,
      files.map(({ path }) => path),
    );
    const lines = files.flatMap(({ path, text }) =>
      text.split('\n').map((found, i) => ({ path, line: i + 1, text: found })),
    );
    expect(devices.map((name) => sysctlAtBoot(`${conf}/${name}/rp_filter`, lines)?.value ?? '3')).toEqual(
      stdout.trim().split('\n'),
    );
  });
});
