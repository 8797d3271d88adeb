import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Lab, labInventoryPath } from '../../src/lab/lab-state.ts';

/** The networks of the lab, as an inventory has them: cases 3 and 4 on VLAN 100, a second one on VLAN 200, case 2. */
export const publicNetwork = {
  name: 'public',
  pools: ['1.2.3.0/24'],
  link: { parent: 'eth0', vlan: 100 },
  gateway: '1.2.3.1',
};
/** The first of them with pools of both families. */
export const dualNetwork = {
  ...publicNetwork,
  pools: ['1.2.3.0/24', '2001:db8:100::/64'],
  gateway: ['1.2.3.1', '2001:db8:100::1'],
};
export const secondNetwork = {
  name: 'second',
  pools: ['5.6.7.0/24'],
  link: { parent: 'eth0', vlan: 200 },
  gateway: '5.6.7.1',
};
export const segmentNetwork = {
  name: 'segment',
  pools: ['10.9.8.0/24'],
  link: { device: 'eth0' },
  return_path: 'onlink',
};

type Variables = { readonly [name: string]: unknown };

/**
 * Writes the lab's own inventory with other variables for all hosts beside it, as `<name>.yaml`, and each host's own by its number from 1.
 * Gives its path.
 */
export async function writeInventory(
  lab: Lab,
  name: string,
  vars: Variables,
  ofHost: (number: number) => Variables = () => ({}),
): Promise<string> {
  const inventory = parse(await readFile(labInventoryPath(lab), 'utf8'));
  const { hosts } = inventory.all.children.workers;
  Object.assign(inventory.all.vars, vars);
  // A host's own value wins over that for all hosts.
  for (const [i, host] of Object.values<Record<string, unknown>>(hosts).entries()) {
    for (const key of Object.keys(vars)) delete host[key];
    Object.assign(host, ofHost(i + 1));
  }
  const path = join(lab.dir, 'run', `${name}.yaml`);
  await writeFile(path, stringify(inventory));
  return path;
}
