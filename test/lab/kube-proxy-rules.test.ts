import { describe, expect, it } from 'vitest';
import { kubeProxyFiles } from '../../src/lab/kube-proxy-rules.ts';
import { labServices } from '../../src/lab/services.ts';
import { labNodes } from '../../src/lab/topology.ts';

const nodes = labNodes(3);
const services = labServices(nodes);
const files = (index: number) => {
  const node = nodes[index];
  if (!node) throw new Error('no such node');
  return kubeProxyFiles(node, services);
};
/** The rules of the chains that a packet to a VIP goes through, following each jump, chain names shortened to their kind. */
const path = (rules: string, vip: string) => {
  const lines = rules.split('\n');
  const seen: string[] = [];
  const follow = (chain: string) => {
    for (const line of lines.filter((candidate) => candidate.startsWith(`-A ${chain} `))) {
      seen.push(line.replaceAll(/(KUBE-(?:SVC|SVL|EXT|SEP))-[A-Z2-7]{16}/g, '$1'));
      const next = /-j (KUBE-(?:SVC|SVL|EXT|SEP)-\S+)/.exec(line)?.[1];
      if (next && !seen.includes(next)) follow(next);
    }
  };
  const first = lines.find((line) => line.startsWith(`-A KUBE-SERVICES -d ${vip}/32 `));
  follow(/-j (\S+)$/.exec(first ?? '')?.[1] ?? 'none');
  return [...new Set(seen)];
};

describe('kubeProxyFiles, iptables', () => {
  it('masquerades what comes to a Cluster service', () => {
    expect(path(files(0)['iptables.rules'] ?? '', '1.2.3.13')).toEqual([
      '-A KUBE-EXT -j KUBE-MARK-MASQ',
      '-A KUBE-EXT -j KUBE-SVC',
      '-A KUBE-SVC ! -s 10.112.0.0/12 -d 10.96.1.3/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
      '-A KUBE-SVC -j KUBE-SEP',
      '-A KUBE-SEP -s 10.112.2.2/32 -j KUBE-MARK-MASQ',
      '-A KUBE-SEP -p tcp -m tcp -j DNAT --to-destination 10.112.2.2:8080',
    ]);
  });

  it('keeps the source of what comes to a Local service with an endpoint here', () => {
    const rules = path(files(0)['iptables.rules'] ?? '', '1.2.3.11');
    expect(rules).toContain('-A KUBE-EXT -j KUBE-SVL');
    expect(rules).toContain('-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ');
    expect(rules).not.toContain('-A KUBE-EXT -j KUBE-MARK-MASQ');
  });

  it('drops what comes to a Local service with no endpoint here, and lets pods and the node through', () => {
    const rules = files(1)['iptables.rules'] ?? '';
    expect(path(rules, '1.2.3.11')).not.toContain('-A KUBE-EXT -j KUBE-SVL');
    expect(path(rules, '1.2.3.11')).toContain('-A KUBE-EXT -s 10.112.0.0/12 -j KUBE-SVC');
    expect(rules).toContain(
      '-A KUBE-EXTERNAL-SERVICES -d 1.2.3.11/32 -p tcp -m tcp --dport 80 -m comment --comment "n1-local has no local endpoints" -j DROP',
    );
    expect(rules).not.toContain('"n2-local has no local endpoints"');
  });

  it('declares every chain it jumps to', () => {
    for (const name of ['iptables.rules', 'ipvs.rules']) {
      for (const table of (files(0)[name] ?? '').split('COMMIT')) {
        const declared = new Set([...table.matchAll(/^:(\S+)/gm)].map((match) => match[1]));
        const wanted = [...table.matchAll(/ -j (KUBE-\S+)/g)].map((match) => match[1]);
        expect(wanted.filter((chain) => !declared.has(chain))).toEqual([]);
      }
    }
  });
});

describe('kubeProxyFiles, ipvs', () => {
  it('lists each VIP and cluster address with its endpoint', () => {
    const servers = (files(0)['ipvs.services'] ?? '').split('\n');
    expect(servers).toContain('-A -t 1.2.3.14:80 -s rr');
    expect(servers).toContain('-a -t 1.2.3.14:80 -r 192.168.1.11:8081 -m');
    expect(servers.filter((line) => line.startsWith('-A')).length).toBe(2 * services.length);
  });

  it('puts them all on kube-ipvs0, which stays down', () => {
    const addresses = files(0)['ipvs.addresses'] ?? '';
    expect(addresses.match(/^address add \S+\/32 dev kube-ipvs0$/gm)?.length).toBe(2 * services.length);
    expect(addresses).not.toContain(' up');
  });

  it('has none of the chains by which one tells the iptables mode', () => {
    expect(files(0)['ipvs.rules']).not.toMatch(/KUBE-(SVC|SEP|EXT)-/);
  });
});

describe('kubeProxyFiles of services with IPv6', () => {
  const [node] = nodes;
  const [first] = services;
  if (node === undefined || first === undefined) throw new Error('no service');
  const endpoint = { node: 'n1', address: 'fd00:112:0:1::2', port: 8080 };
  const of6 = { ...first, name: 'six', vip: '2001:db8:100::11', clusterIp: 'fd00:96::1', endpoint };
  const both = kubeProxyFiles(node, [...services, of6]);

  it('has files for ip6tables beside those of IPv4, which stay as they are', () => {
    expect(Object.keys(files(0)).filter((name) => name.endsWith('6'))).toEqual([]);
    expect(Object.keys(both).filter((name) => name.endsWith('6'))).toEqual(['iptables.rules6', 'ipvs.rules6']);
    expect(both['iptables.rules']).toBe(files(0)['iptables.rules']);
    expect(both['ipvs.rules']).toBe(files(0)['ipvs.rules']);
  });

  it('writes addresses with their port as ip6tables and ipvsadm take them', () => {
    expect(both['iptables.rules6']).toContain('-j DNAT --to-destination [fd00:112:0:1::2]:8080');
    expect(both['iptables.rules6']).toContain('! -s fd00:112::/48 -d fd00:96::1/128 ');
    expect(both['ipvs.services']).toContain('-a -t [2001:db8:100::11]:80 -r [fd00:112:0:1::2]:8080 -m');
    expect(both['ipvs.addresses']).toContain('address add 2001:db8:100::11/128 dev kube-ipvs0');
  });
});
