import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { render } from '../../src/commands/render.ts';
import { run } from './test-io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-render-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const network = {
  ...{ name: 'public', pools: ['1.2.3.0/24'], link: { parent: 'eth0', vlan: 100 }, gateway: '1.2.3.1' },
  address: '1.2.3.9/24',
};
/** One host whose replies go by their source address, and one whose replies are found by marks. */
const inventory = {
  all: {
    vars: { pod_cidrs: ['10.112.0.0/12'], node_cidrs: ['192.168.1.0/24'] },
    hosts: {
      plain: { kube_proxy: 'ipvs', networks: [{ ...network, return_path: 'source', rp_filter: 'loose' }] },
      marked: { kube_proxy: 'iptables', networks: [network] },
    },
  },
};

it.each(['talos', 'nmstate'] as const)('%s gets a document for each host that it has words for', async (as) => {
  const file = join(folder, 'inventory.json');
  writeFileSync(file, JSON.stringify(inventory));
  const ran = await run(render, { inventory: [file], limit: null, out: join(folder, 'out'), as });
  expect(ran.exitCode).toBe(1);
  expect(ran.stderr).toContain('marked: cannot be said: chains of netfilter (return path mark of public): ');
  expect(existsSync(join(folder, 'out', `marked.${as}.yaml`))).toBe(false);
  expect(ran.stderr).toContain('1 file of 1 host in ');
  expect(readFileSync(join(folder, 'out', `plain.${as}.yaml`), 'utf8')).toContain('7100');
  if (as === 'nmstate')
    expect(ran.stderr).toMatch(/^plain: by other means: net\/ipv4\/conf\/eth0\.100\/rp_filter = 2: /m);
});

it('a script is refused where netplan would have to read its file', async () => {
  const file = join(folder, 'inventory.json');
  const vars = { ...inventory.all.vars, renderer: 'netplan' };
  writeFileSync(file, JSON.stringify({ all: { ...inventory.all, vars } }));
  const ran = await run(render, { inventory: [file], limit: null, out: join(folder, 'out'), as: 'script' });
  expect(ran.exitCode).toBe(1);
  expect(ran.stderr).toMatch(/plain \(2 hosts\): a script has no netplan check its files .*renderer: networkd/);
});
