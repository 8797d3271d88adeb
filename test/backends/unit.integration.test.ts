import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseInterfaces } from '../../src/facts/interfaces.ts';
import { parseNeighbors } from '../../src/facts/neighbors.ts';
import { parseRoutes, parseRules } from '../../src/facts/routing.ts';
import { needTool, runIsolated } from './run-tool.ts';
import { filesOf, type Scenario, shippedTemplates, stateOf, writeFiles } from './scenario.ts';
import { scenario as addressAndNeighbor } from './scenarios/address-and-neighbor/scenario.ts';
import { scenario as sourceIpvs } from './scenarios/case3-source-ipvs/scenario.ts';
import { scenario as dualStack } from './scenarios/dual-stack/scenario.ts';
import { scenario as tasksOfBothFamilies } from './scenarios/tasks-of-both-families/scenario.ts';
import { scenario as twoVlans } from './scenarios/two-vlans-and-a-device/scenario.ts';
import { scenario as withoutNetworkd } from './scenarios/unit-without-networkd/scenario.ts';

const templates = await shippedTemplates();
const script = '/etc/mlbroute/routing.sh';

/** The same host, were networkd not there. */
const byUnit = ({ spec, facts, ...rest }: Scenario): Scenario => ({
  ...rest,
  spec: { ...spec, renderer: 'unit' },
  facts: facts === null ? null : { ...facts, isNetworkdActive: false },
});

/** Runs the script $1 twice under the shell $3, beside a rule of somebody else, with the devices $2, and prints what the kernel has, one JSON text a line. */
const run = `
  mount -t sysfs -o ro sysfs /sys
  mount -t tmpfs tmpfs /run
  ip link set lo up
  for device in $2; do
    ip link add "$device" type veth peer name "p-\${device#eth}"
    ip link set "p-\${device#eth}" addrgenmode none up
    ip link set "$device" addrgenmode none
    case $device in *.*) ;; *) ip link set "$device" up ;; esac
  done
  ip rule add priority 1234 from 10.9.9.9 lookup 77 protocol 99
  $3 "$1"
  $3 "$1"
  ip -N -j route show table all
  ip -N -4 -d -j rule show
  ip -N -6 -d -j rule show
  ip -d -j address show
  ip -4 -j neighbor show nud permanent`;

describe('the script of the unit', () => {
  let root: string;
  beforeAll(() => {
    needTool('/usr/bin/dash', 'dash');
    needTool('/usr/bin/shellcheck', 'shellcheck');
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mlbroute-unit-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const cases = [
    { scenario: withoutNetworkd, title: 'VLANs and a link route', devices: 'eth0 br-lan eth0.100 eth0.100.7' },
    { scenario: byUnit(sourceIpvs), title: 'source rules with IPVS', devices: 'eth0 eth0.100' },
    { scenario: byUnit(twoVlans), title: 'two VLANs and a device', devices: 'bond0 eth1 bond0.100 bond0.200' },
    { scenario: byUnit(dualStack), title: 'both families', devices: 'eth0 eth0.100 eth0.200' },
    { scenario: byUnit(tasksOfBothFamilies), title: 'tasks of both families', devices: 'eth0 eth0.300' },
    { scenario: byUnit(addressAndNeighbor), title: 'addresses and a neighbor', devices: 'eth0 eth1 eth0.100' },
  ].flatMap((each) => ['dash', 'bash --posix --norc'].map((shell) => ({ ...each, shell })));
  // Not every kernel that runs these tests can make VLANs, so devices of their names stand for them.
  it.each(cases)('gives the kernel just the rules and routes of the state, once: $title, $shell', async (each) => {
    await writeFiles(root, filesOf(each.scenario, templates));
    const { rules, routes, addresses = [], neighbors = [] } = stateOf(each.scenario);
    const { stdout, stderr } = runIsolated(run, [join(root, script), each.devices, each.shell]);
    expect(stderr).toBe('');
    const [routeText = '', ruleText = '', ruleText6 = '', addressText = '', neighborText = ''] = stdout
      .trim()
      .split('\n');
    const running = [...parseRules(ruleText, 'ipv4'), ...parseRules(ruleText6, 'ipv6')];
    const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    const made = <T extends { readonly protocol: string }>(entries: readonly T[]) =>
      entries.filter(({ protocol }) => protocol === 'static').toSorted(byText);
    const wanted = (entry: 'rule' | 'route') =>
      (entry === 'rule' ? rules : routes).map((value) => ({ [entry]: value, protocol: 'static' })).toSorted(byText);
    expect(made(running)).toEqual(wanted('rule'));
    expect(made(parseRoutes(routeText))).toEqual(wanted('route'));
    expect(parseRules(ruleText, 'ipv4').some(({ rule }) => rule.priority === 1234)).toBe(true);
    const interfaces = parseInterfaces(addressText);
    for (const { device, address, prefixLength } of addresses)
      expect(interfaces.find(({ name }) => name === device)?.addresses).toContainEqual({ address, prefixLength });
    expect(parseNeighbors(neighborText)).toEqual(neighbors);
  });

  it('does what it can where a device is not there, says what it could not, and fails', async () => {
    await writeFiles(root, filesOf(byUnit(twoVlans), templates));
    const path = join(root, script);
    const { stdout } = runIsolated(
      `mount -t tmpfs tmpfs /run; sed -i 's/^patience=.*/patience=0/' "$1"; code=0; sh "$1" 2>&1 || code=$?; echo "exit $code"; ip -4 rule show`,
      [path],
    );
    expect(stdout).toMatch(/^bond0 is not up$/m);
    expect(stdout).toMatch(/Cannot find device/);
    expect(stdout).toMatch(/^exit 1$/m);
    expect(stdout).toMatch(/lookup 7100/);
  });

  it('does nothing where all is as its last run left it, and brings back what a link that was down has lost', async () => {
    await writeFiles(root, filesOf(byUnit(twoVlans), templates));
    const { stdout, stderr } = runIsolated(
      `${run.slice(0, run.indexOf('  ip -N -j route'))}
      ip -N monitor address link neigh route rule >/run/events & monitor=$!
      sleep 0.5; $3 "$1"; sleep 0.5
      kill $monitor; echo "events: $(cat /run/events)"
      ip -N route show table all | grep -v 'table 255' | sort >/run/before
      ip link set bond0.100 down; ip link set bond0.100 up
      echo "lost: $(ip -N route show table all | grep -v 'table 255' | sort | comm -23 /run/before - | wc -l)"
      $3 "$1"
      ip -N route show table all | grep -v 'table 255' | sort | cmp /run/before -
      ip -N rule delete priority 2011; $3 "$1"; ip -N rule show priority 2011`,
      [join(root, script), 'bond0 eth1 bond0.100 bond0.200', 'dash'],
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^events: \nlost: [1-9]\d*\n2011:.*\n$/);
  });

  it('leaves everything alone while a push waits for its confirmation', async () => {
    await writeFiles(root, filesOf(byUnit(twoVlans), templates));
    const { stdout } = runIsolated(
      'mount -t tmpfs tmpfs /var/lib; mkdir /var/lib/mlbroute; ln -s x /var/lib/mlbroute/pending; sh "$1"; ip -4 rule show',
      [join(root, script)],
    );
    expect(stdout).not.toContain('lookup 7100');
  });

  it.each(cases)('is fit for a POSIX shell, and systemd takes its unit: $title', async ({ scenario }) => {
    await writeFiles(root, filesOf(scenario, templates));
    execFileSync('shellcheck', ['-s', 'sh', join(root, script)]);
    const unit = join(root, 'etc/systemd/system/mlbroute-routing.service');
    execFileSync('systemd-analyze', ['verify', '--man=no', '--generators=no', unit], { stdio: 'pipe' });
  });
});
