import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ExplainOptions, explain } from '../../src/commands/explain.ts';
import type { Explanation } from '../../src/domain/explanation.ts';
import { ip } from '../kernel/lab-node.ts';
import { run } from './test-io.ts';

const inventoryOf = (name: string) => fileURLToPath(new URL(`../../inventories/${name}.yaml`, import.meta.url));

const ask = (changes: Partial<ExplainOptions>) =>
  run(explain, {
    ...{ inventory: [inventoryOf('case4-policy-based')], host: 'node01.example.com' },
    ...{ from: ip('1.2.3.4'), to: ip('8.8.8.8'), iif: null, mark: null, replyOfService: null, kubeProxy: null },
    ...{ live: false, acceptNew: false, askBecomePass: false },
    output: 'text',
    ...changes,
  });

async function verdicts(changes: Partial<ExplainOptions>): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await ask({ ...changes, output: 'json' });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { explained } = JSON.parse(stdout) as Explanation;
  return explained.kind === 'service' ? explained.backends.map(({ verdict }) => verdict) : [explained.way.end.kind];
}

describe('mlbroute explain, offline', () => {
  it.each([
    ['case1-same-subnet', '192.168.1.100'],
    ['case2-on-link', '10.9.8.7'],
    ['case3-source-based', '1.2.3.4'],
    ['case4-policy-based', '1.2.3.4'],
  ])('tells the whole way of a service: %s', async (name, vip) => {
    const { exitCode, stdout, stderr } = await ask({ inventory: [inventoryOf(name)], from: ip(vip) });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`explained/${name}.txt`);
  });

  it('says how to ask for a service that was named the other way round', async () => {
    const turned = { from: ip('8.8.8.8'), to: ip('1.2.3.4') };
    expect((await ask(turned)).stdout).toContain(
      '1.2.3.4 is in one of public: --from 1.2.3.4 --to 8.8.8.8 explains requests to it and their replies',
    );
    expect((await ask({ ...turned, mark: 1 })).stdout).not.toContain('--from');
  });

  it.each<[string, Partial<ExplainOptions>, readonly string[]]>([
    ['by mark, any mode will do: ipvs', { kubeProxy: 'ipvs' }, ['same-way', 'same-way', 'same-way', 'same-way']],
    [
      'by mark, any mode will do: nftables',
      { kubeProxy: 'nftables' },
      ['same-way', 'same-way', 'same-way', 'same-way'],
    ],
    [
      'by mark, but Cilium bypasses the marks',
      { kubeProxy: 'cilium' },
      ['other-way', 'other-way', 'other-way', 'other-way'],
    ],
    [
      'by source, which needs IPVS',
      { inventory: [inventoryOf('case3-source-based')], kubeProxy: 'iptables' },
      ['other-way', 'other-way', 'other-way', 'other-way'],
    ],
    [
      'by source, as Cilium does it',
      { inventory: [inventoryOf('case3-source-based')], kubeProxy: 'cilium' },
      ['same-way', 'same-way', 'same-way', 'same-way'],
    ],
    [
      'on the link, for a client on the link',
      { inventory: [inventoryOf('case2-on-link')], from: ip('10.9.8.7'), to: ip('10.9.8.99') },
      ['same-way', 'same-way', 'same-way', 'same-way'],
    ],
    ['a packet that a pod sends', { from: ip('10.112.0.2'), iif: 'pod0' as never }, ['leaves']],
    [
      'a packet to a pool address that nobody serves',
      { from: ip('8.8.8.8'), to: ip('1.2.3.9'), iif: 'eth0.100' as never },
      ['dropped'],
    ],
    ['a service asked about as a single packet', { replyOfService: false }, ['leaves']],
  ])('judges: %s', async (_, changes, expected) => {
    expect(await verdicts(changes)).toEqual(expected);
  });

  it('says why a rule by source never matches in iptables mode, once for each rule that only that stops', async () => {
    const { stdout } = await ask({ inventory: [inventoryOf('case3-source-based')], kubeProxy: 'iptables' });
    expect(stdout).toContain(`
                       no    2011  from 1.2.3.0/24 lookup 100: from is 10.112.0.2
                                   its source becomes 1.2.3.4 only after this, and it is not routed again
                       yes  32766  lookup main: default via 192.0.2.1 dev eth0
`);
  });

  it('drops what nobody serves by the guard, and names it', async () => {
    const { stdout } = await ask({ from: ip('8.8.8.8'), to: ip('1.2.3.9'), iif: 'eth0.100' as never });
    expect(stdout).toContain('yes   2000  to 1.2.3.0/24 iif eth0.100 lookup 6999: blackhole, by the route');
    expect(stdout).toContain('→ is dropped by a route or rule of type blackhole');
  });

  it.each<[string, Partial<ExplainOptions>, number, string]>([
    [
      'a misspelt host',
      { host: 'node1.example.com' },
      64,
      '--host: there is no host "node1.example.com": did you mean "node01.example.com"?',
    ],
    ['a host unlike any', { host: 'db' }, 64, '--host: there is no host "db"'],
    ['a group', { host: 'nodes' }, 64, '--host: "nodes" is not one host: name one, such as node01.example.com'],
    ['two families', { to: ip('fd00::1') }, 64, '--from 1.2.3.4 and --to fd00::1 are not of one family'],
    [
      'a service outside of all pools',
      { from: ip('9.9.9.9'), replyOfService: true },
      64,
      '--from 9.9.9.9 is in no pool of this host, which has 1.2.3.0/24 (public)',
    ],
    [
      'a service and a device',
      { replyOfService: true, iif: 'eth0' as never },
      64,
      '--reply-of-service tells itself where packets come in and what mark they get: leave --iif and --mark out',
    ],
  ])('refuses %s', async (_, changes, code, message) => {
    expect(await ask(changes)).toEqual({ exitCode: code, stdout: '', stderr: `mlbroute: ${message}\n` });
  });

  it('passes on what is wrong with the inventory', async () => {
    const { exitCode, stdout, stderr } = await ask({ inventory: ['/nonexistent.yaml'] });
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
    expect(stderr).toContain('/nonexistent.yaml');
  });

  it('says what stands against a desired state that makes no sense', async () => {
    const inventory = [inventoryOf('case3-source-based')];
    const { exitCode, stderr } = await ask({ inventory, extraVars: ['kube_proxy=iptables'] });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('return_path source does not work with kube-proxy in iptables mode');
  });
});
