import type { HostFacts, ServiceProxy } from '../../domain/facts.ts';
import type { HostSpec } from '../../schema/host-spec.ts';

/** Who turns service addresses into pod addresses on the host, and how that is known. */
export type KnownProxy = {
  readonly kind: ServiceProxy;
  /** Half a sentence, e.g. `KUBE-SERVICES in nat`. */
  readonly evidence: string;
  /** True where neither the inventory nor the host said it. */
  readonly isAssumed: boolean;
};

/** The inventory's word first, then what was seen on the host, then what most clusters run. */
export function serviceProxyOf(spec: HostSpec, facts: HostFacts | null): KnownProxy {
  if (spec.kubeProxy !== 'auto')
    return { kind: spec.kubeProxy, evidence: `kube_proxy: ${spec.kubeProxy}`, isAssumed: false };
  if (facts === null) return { kind: 'iptables', evidence: 'assumed: no host was asked', isAssumed: true };
  return { ...facts.serviceProxy, isAssumed: false };
}
