import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditOptions, audit } from '../../src/commands/audit.ts';
import { push } from '../../src/commands/push.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = startFleet(1);
  const pushed = await fleet.run(push, fleet.pushOptions());
  expect(pushed.exitCode, pushed.stderr).toBe(0);
});
afterAll(() => fleet.stop());

const objects = (addresses: readonly string[]) => [
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } },
  { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata: { name: 'web' }, spec: { addresses } },
  { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: 'l2' } },
];
/** Audits a host that is as described, with the pools of a cluster. */
function auditWith(text: string, wish: Partial<AuditOptions> = {}) {
  const file = join(fleet.directory, 'cluster.json');
  writeFileSync(file, text);
  return fleet.run(audit, { ...fleet.planOptions(), pools: [file], ...wish });
}

describe('an audit with the pools of the cluster', () => {
  const uncovered = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(['1.2.3.0/24', '7.7.7.0/30']) });

  it('has nothing to say where every pool has a network', async () => {
    const audited = await auditWith(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(['1.2.3.8/29']) }));
    expect(audited).toMatchObject({ exitCode: 0 });
    expect(audited.stderr).not.toContain('pool');
  });

  it('warns of what no network covers, and differs by that', async () => {
    const audited = await auditWith(uncovered);
    expect(audited.exitCode).toBe(2);
    expect(audited.stderr).toContain('warning[pool-uncovered]: pool "web": 7.7.7.0/30 lies in no network of any host');
    const some = await auditWith(uncovered, { limit: 'n1' });
    expect(some.exitCode).toBe(2);
    expect(some.stderr).toContain('pool "web": 7.7.7.0/30 may be announced by n1, without a network for it');
  });

  it('is a line for machines', async () => {
    const { stdout } = await auditWith(uncovered, { output: 'json' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ kind: 'uncovered-pool', pool: 'web', cidrs: ['7.7.7.0/30'], hosts: null });
  });

  it('asks no host where the objects cannot be read', async () => {
    const audited = await auditWith('{');
    expect(audited).toMatchObject({ exitCode: 65, stdout: '' });
    expect(audited.stderr).toMatch(/cluster\.json:1:\d+: error/);
  });
});
