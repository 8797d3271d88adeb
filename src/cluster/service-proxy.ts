import { type Cidr, parseCidr } from '../domain/address.ts';
import type { Json } from '../domain/variable.ts';
import { parseEmbedded } from './embedded.ts';
import { textAt, valueAt } from './json-path.ts';
import type { Manifest } from './manifests.ts';
import { nodeArguments } from './node-arguments.ts';
import type { ClusterNode } from './nodes.ts';

/** What carries out services, and the networks of the pods, as far as the cluster's own objects tell. */
export type ServiceProxy = {
  /** Null: nothing says so. */
  readonly mode: 'iptables' | 'nftables' | 'ipvs' | 'cilium' | null;
  readonly strictArp: boolean | null;
  readonly podCidrs: readonly Cidr[];
};

/** One answer of one source; what it leaves open the next one may say. */
type Answer = { readonly mode: string | null; readonly strictArp: boolean | null; readonly pods: readonly string[] };

/** Asks, in this order: Cilium in kube-proxy's place, kube-proxy's ConfigMap, kubeadm's, arguments of k3s and RKE2, Calico, the nodes. */
export function serviceProxyOf(manifests: readonly Manifest[], nodes: readonly ClusterNode[]): ServiceProxy {
  const config = (name: string, key: string): Json => {
    const text = textAt(configMap(manifests, name), ['data', key]);
    return text === null ? null : parseEmbedded(text);
  };
  const answers: readonly Answer[] = [
    fromCilium(manifests),
    fromKubeProxy(config('kube-proxy', 'config.conf')),
    { ...silent, pods: list(textAt(config('kubeadm-config', 'ClusterConfiguration'), ['networking', 'podSubnet'])) },
    nodeArguments(nodes),
    { ...silent, pods: calicoPools(manifests) },
    { ...silent, pods: nodes.flatMap(({ podCidrs }) => podCidrs) },
  ];
  const mode = answers.find((answer) => answer.mode !== null)?.mode ?? null;
  const pods = answers.find((answer) => answer.pods.length > 0)?.pods ?? [];
  const podCidrs = pods.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr.ok ? [cidr.value] : [];
  });
  return {
    mode: modes.find((each) => each === mode) ?? null,
    strictArp: answers.find((answer) => answer.strictArp !== null)?.strictArp ?? null,
    podCidrs: [...new Set(podCidrs)],
  };
}

const modes = ['iptables', 'nftables', 'ipvs', 'cilium'] as const;
const silent: Answer = { mode: null, strictArp: null, pods: [] };

/** An empty mode is the default of the release, which kube-proxy alone knows: the host will be asked. */
function fromKubeProxy(config: Json): Answer {
  const mode = textAt(config, ['mode']);
  const strictArp = valueAt(config, ['ipvs', 'strictARP']);
  return {
    mode: mode === '' ? null : mode,
    strictArp: typeof strictArp === 'boolean' ? strictArp : null,
    pods: list(textAt(config, ['clusterCIDR'])),
  };
}

function fromCilium(manifests: readonly Manifest[]): Answer {
  const config = configMap(manifests, 'cilium-config');
  const setting = (name: string) => textAt(config, ['data', name]);
  const replaces = ['true', 'strict'].includes(setting('kube-proxy-replacement') ?? '');
  const pools = [setting('cluster-pool-ipv4-cidr'), setting('cluster-pool-ipv6-cidr')];
  return {
    mode: replaces ? 'cilium' : null,
    strictArp: null,
    pods: pools.flatMap((text) => (text ?? '').split(/[\s,]+/).filter((each) => each !== '')),
  };
}

/** Null where there is none. */
function configMap(manifests: readonly Manifest[], name: string): Json {
  return (
    manifests.find(({ kind, body }) => kind === 'ConfigMap' && textAt(body, ['metadata', 'name']) === name)?.body ??
    null
  );
}

function calicoPools(manifests: readonly Manifest[]): readonly string[] {
  return manifests
    .filter(({ kind, body }) => kind === 'IPPool' && (textAt(body, ['apiVersion']) ?? '').includes('projectcalico.org'))
    .flatMap(({ body }) => textAt(body, ['spec', 'cidr']) ?? []);
}

/** Dual stack clusters write two with a comma. */
function list(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
