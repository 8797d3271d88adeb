import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downLab } from '../../../src/lab/down.ts';
import { setKubeProxy } from '../../../src/lab/kube-proxy.ts';
import type { Lab } from '../../../src/lab/lab-state.ts';
import { writeInventory } from '../../commands/lab-inventory.ts';
import { bootLab } from '../../commands/lab-node.ts';
import { auditOf, pushTo, removeFrom } from '../../commands/pushing.ts';
import type { Topology } from './matrix/ask.ts';
import { printedMatrix } from './matrix/cells.ts';
import { labFiles, labTopology } from './matrix/lab-nodes.ts';
import { networksOf, nodes, podCidrs } from './matrix/services.ts';
import { type Measured, testMatrix } from './matrix/suite.ts';

/** The modes of kube-proxy that the lab's kernel has, with real VLANs: IPVS is here alone. */
const networks = networksOf({ source: { parent: 'eth0', vlan: 200 }, mark: { parent: 'eth0', vlan: 100 } });
const measured: Measured = { outcomes: new Map(), reasons: new Set() };

let lab: Lab;
let topology: Topology;
beforeAll(async () => {
  lab = await bootLab({ nodes: nodes.length, files: labFiles() });
  topology = await labTopology(lab);
});
afterAll(async () => {
  console.log(printedMatrix(measured));
  await downLab(lab.dir);
});

describe.each(['ipvs', 'iptables'] as const)('with kube-proxy in %s mode', (proxy) => {
  let inventory: string;
  beforeAll(async () => {
    lab = await setKubeProxy(lab, proxy);
  });

  const push = async (wanted: readonly object[]) => {
    inventory = await writeInventory(lab, 'matrix', { networks: wanted, pod_cidrs: podCidrs });
    return pushTo(inventory);
  };
  testMatrix({ proxy, networks, topology: () => topology, push }, measured);

  it('the audit finds nothing, and nothing stays', async () => {
    const { exitCode, stdout } = await auditOf(inventory);
    expect(exitCode, stdout).toBe(0);
    expect((await removeFrom(inventory)).exitCode).toBe(0);
  });
});
