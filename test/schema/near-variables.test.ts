import { describe, expect, it } from 'vitest';
import { nearVariables } from '../../src/schema/near-variables.ts';

const at = { file: 'prod.yaml', line: 3, column: 5 };
const near = (...names: readonly string[]) => nearVariables(new Map(names.map((name) => [name, { keyAt: at }])));
const warned = (...names: readonly string[]) => near(...names).map(({ message, hint }) => `${message}: ${hint}`);

describe('A variable named nearly like one of mlbroute', () => {
  it.each([
    ['network', 'networks'],
    ['pod_cidr', 'pod_cidrs'],
    ['podCIDRs', 'pod_cidrs'],
    ['kubeproxy', 'kube_proxy'],
  ])('is told where that one is not set: %s', (name, meant) => {
    expect(warned(name)).toEqual([`"${name}" means nothing to mlbroute: did you mean "${meant}"?`]);
    expect(warned(name, meant)).toEqual([]);
  });

  it('is told at its place, as a warning', () => {
    expect(near('network')).toMatchObject([{ severity: 'warning', code: 'near-variable', at }]);
  });

  it.each(['network_id', 'net', 'cidr', 'proxy', 'ansible_network_os'])('is not any other: %s', (name) => {
    expect(warned(name)).toEqual([]);
  });
});
