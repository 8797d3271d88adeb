import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectionOf } from '../../src/inventory/connection.ts';
import { hostVars } from '../../src/inventory/host-vars.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { hostSpec } from '../../src/schema/host-spec.ts';

const folder = new URL('../../inventories/', import.meta.url).pathname;
const link = (parent: string, id: number, name: string) => ({ kind: 'vlan', parent, id, name, mtu: null });

/** Every host of an example with its networks in short; throws with the diagnostics where something is wrong. */
async function networksIn(file: string) {
  const read = await readInventory({ sources: [folder + file], extraVars: [], vaultPasswordFile: null });
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  expect(read.value.warnings).toEqual([]);
  return read.value.hosts.map(({ name }) => {
    const vars = hostVars(read.value, name, { wanted: 'all', decrypted: new Map() });
    if (!vars.ok) throw new Error(JSON.stringify(vars.error));
    const spec = hostSpec(vars.value);
    const connection = connectionOf(name, vars.value, { user: 'me', homeDirectory: '/home/me', transport: null });
    if (!spec.ok) throw new Error(JSON.stringify(spec.error));
    if (!connection.ok) throw new Error(JSON.stringify(connection.error));
    return { name, networks: spec.value.networks };
  });
}

describe('The example inventories', () => {
  it.each([
    ['case1-same-subnet.yaml', 3, 'auto', { kind: 'device', device: 'eth0' }],
    ['case2-on-link.yaml', 3, 'onlink', { kind: 'device', device: 'eth1' }],
    ['case3-source-based.yaml', 3, 'source', link('eth0', 100, 'eth0.100')],
    ['case4-policy-based.yaml', 3, 'mark', link('eth0', 100, 'eth0.100')],
  ])('%s is right', async (file, count, returnPath, itsLink) => {
    const hosts = await networksIn(file);
    expect(hosts).toHaveLength(count);
    expect(hosts[0]?.networks).toMatchObject([{ returnPath, link: itsLink }]);
  });

  it('example.yaml shows every return path on four hosts, one of them bonded', async () => {
    const hosts = await networksIn('example.yaml');
    expect(hosts.map(({ name }) => name)).toEqual([1, 2, 3, 4].map((i) => `node0${i}.example.com`));
    expect(hosts[3]?.networks.map(({ name, returnPath, link: its }) => [name, returnPath, its])).toEqual([
      ['nodes', 'none', { kind: 'device', device: 'bond0' }],
      ['storage', 'onlink', { kind: 'device', device: 'bond1' }],
      ['public', 'auto', link('bond0', 100, 'bond0.100')],
      ['partners', 'source', link('bond0', 101, 'bond0.101')],
      ['customers', 'mark', link('bond0', 102, 'customers')],
    ]);
  });

  it('are all of them tested here', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'case1-same-subnet.yaml',
      'case2-on-link.yaml',
      'case3-source-based.yaml',
      'case4-policy-based.yaml',
      'example.yaml',
    ]);
  });
});
