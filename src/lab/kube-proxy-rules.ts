import { createHash } from 'node:crypto';
import { isIpv6 } from '../domain/address.ts';
import type { LabService } from './services.ts';
import { type LabNode, labNetwork } from './topology.ts';

/** The two ways kube-proxy can program services in the lab. */
export type KubeProxyMode = 'iptables' | 'ipvs';

/** What kube-proxy knows of a service. All its addresses are of one family. */
export type ProxiedService = Pick<LabService, 'name' | 'vip' | 'port' | 'clusterIp' | 'policy' | 'endpoint'>;

/**
 * The guest's files under /etc/lab/kube-proxy, by name: what kube-proxy would program on this node for these services, as input of
 * `iptables-restore --noflush`, `ipvsadm -R` and `ip -batch`. Chains, marks and jumps as in kubernetes/pkg/proxy/{iptables,ipvs}/proxier.go.
 * `<mode>.rules6`, for ip6tables, only where there are services of IPv6.
 */
export function kubeProxyFiles(node: LabNode, services: readonly ProxiedService[]): Readonly<Record<string, string>> {
  const [of4, of6] = [false, true].map((is6) => services.filter(({ vip }) => isIpv6(vip) === is6));
  return {
    ...rulesFiles(node, of4 ?? [], ''),
    ...(of6?.length ? rulesFiles(node, of6, '6') : {}),
    'ipvs.services': lines(services.flatMap(virtualServers)),
    'ipvs.addresses': lines(
      ['link add kube-ipvs0 type dummy'],
      services.flatMap((s) => [s.vip, s.clusterIp]).map((address) => `address add ${host(address)} dev kube-ipvs0`),
    ),
  };
}

function rulesFiles(node: LabNode, services: readonly ProxiedService[], suffix: '' | '6') {
  const iptables = services.flatMap((s) => iptablesRules(node, s));
  return {
    [`iptables.rules${suffix}`]: lines(kubeletChains, commonFilter(node, services), natTable(iptables)),
    [`ipvs.rules${suffix}`]: lines(kubeletChains, commonFilter(node, []), natTable(services.flatMap(ipvsRules))),
  };
}

const masqueradeMark = '0x4000';

/** What the kubelet leaves in mangle, by which tools tell legacy iptables from nft (iptables-wrappers). */
const kubeletChains = [
  '*mangle',
  ...chains(['KUBE-KUBELET-CANARY', 'KUBE-IPTABLES-HINT', 'KUBE-PROXY-CANARY']),
  'COMMIT',
];

function commonFilter(node: LabNode, services: readonly ProxiedService[]): string[] {
  return [
    '*filter',
    ...chains(['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FORWARD', 'KUBE-PROXY-CANARY']),
    '-I INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES',
    '-I OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
    '-I FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
    '-I FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES',
    '-I FORWARD -j KUBE-FORWARD',
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    `-A KUBE-FORWARD -m mark --mark ${masqueradeMark}/${masqueradeMark} -j ACCEPT`,
    '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ...services
      .filter((s) => s.policy === 'Local' && s.endpoint.node !== node.name)
      .map(
        (s) => `-A KUBE-EXTERNAL-SERVICES ${to(s.vip)} -m comment --comment "${s.name} has no local endpoints" -j DROP`,
      ),
    'COMMIT',
  ];
}

function natTable(serviceRules: readonly string[]): string[] {
  const own = serviceRules.flatMap((rule) => /^-A (KUBE-\S+)/.exec(rule)?.[1] ?? []);
  const common = ['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ', 'KUBE-PROXY-CANARY'];
  return [
    '*nat',
    ...chains([...new Set([...common, ...own])]),
    '-I PREROUTING -j KUBE-SERVICES',
    '-I OUTPUT -j KUBE-SERVICES',
    '-I POSTROUTING -j KUBE-POSTROUTING',
    `-A KUBE-MARK-MASQ -j MARK --or-mark ${masqueradeMark}`,
    ...serviceRules,
    `-A KUBE-POSTROUTING -m mark ! --mark ${masqueradeMark}/${masqueradeMark} -j RETURN`,
    `-A KUBE-POSTROUTING -j MARK --xor-mark ${masqueradeMark}`,
    '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    'COMMIT',
  ];
}

function iptablesRules(node: LabNode, s: ProxiedService): string[] {
  const [svc, ext, svl, sep] = ['SVC', 'EXT', 'SVL', 'SEP'].map((part) => `KUBE-${part}-${hash(s.name + part)}`);
  const named = `-m comment --comment "default/${s.name}"`;
  const external =
    s.policy === 'Cluster'
      ? [`-A ${ext} -j KUBE-MARK-MASQ`, `-A ${ext} -j ${svc}`]
      : [
          `-A ${ext} -s ${podCidr(s.vip)} -j ${svc}`,
          `-A ${ext} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
          `-A ${ext} -m addrtype --src-type LOCAL -j ${svc}`,
          ...(s.endpoint.node === node.name ? [`-A ${ext} -j ${svl}`, `-A ${svl} -j ${sep}`] : []),
        ];
  return [
    `-A KUBE-SERVICES ${to(s.clusterIp)} ${named} -j ${svc}`,
    `-A KUBE-SERVICES ${to(s.vip)} ${named} -j ${ext}`,
    ...external,
    `-A ${svc} ! -s ${podCidr(s.vip)} ${to(s.clusterIp)} -j KUBE-MARK-MASQ`,
    `-A ${svc} -j ${sep}`,
    `-A ${sep} -s ${host(s.endpoint.address)} -j KUBE-MARK-MASQ`,
    `-A ${sep} -p tcp -m tcp -j DNAT --to-destination ${socket(s.endpoint.address, s.endpoint.port)}`,
  ];
}

/** kube-proxy keeps these addresses in ipsets; single rules mean the same. */
function ipvsRules(s: ProxiedService): string[] {
  const { address, port } = s.endpoint;
  return [
    `-A KUBE-SERVICES ${to(s.vip)} -j KUBE-LOAD-BALANCER`,
    `-A KUBE-SERVICES ! -s ${podCidr(s.vip)} ${to(s.clusterIp)} -j KUBE-MARK-MASQ`,
    s.policy === 'Cluster'
      ? `-A KUBE-LOAD-BALANCER ${to(s.vip)} -j KUBE-MARK-MASQ`
      : `-A KUBE-LOAD-BALANCER ${to(s.vip)} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
    // KUBE-LOOP-BACK: a pod that reaches itself through its service.
    `-A KUBE-POSTROUTING -s ${host(address)} -d ${host(address)} -p tcp -m tcp --dport ${port} -j MASQUERADE`,
  ];
}

/** Where no endpoint is local, kube-proxy lists the cluster's all the same (kubernetes#97081), for the node's own traffic. */
function virtualServers(s: ProxiedService): string[] {
  return [s.vip, s.clusterIp].flatMap((address) => [
    `-A -t ${socket(address, s.port)} -s rr`,
    `-a -t ${socket(address, s.port)} -r ${socket(s.endpoint.address, s.endpoint.port)} -m`,
  ]);
}

function to(address: string): string {
  return `-d ${host(address)} -p tcp -m tcp --dport 80`;
}

function podCidr(address: string): string {
  return isIpv6(address) ? labNetwork.podCidr6 : labNetwork.podCidr;
}

/** The CIDR of a single address. */
function host(address: string): string {
  return `${address}/${isIpv6(address) ? 128 : 32}`;
}

function socket(address: string, port: number): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

function chains(names: readonly string[]): string[] {
  return names.map((name) => `:${name} - [0:0]`);
}

/** Sixteen letters and digits, as kube-proxy names a chain. */
function hash(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const digest = createHash('sha256').update(text).digest().subarray(0, 16);
  return [...digest].map((byte) => alphabet[byte % 32]).join('');
}

function lines(...parts: readonly (readonly string[])[]): string {
  return `${parts.flat().join('\n')}\n`;
}
