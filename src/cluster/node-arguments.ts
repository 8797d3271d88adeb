import { parseEmbedded } from './embedded.ts';
import type { ClusterNode } from './nodes.ts';

/**
 * What k3s and RKE2 were started with, which they write into an annotation of each node as a JSON list: flags with their values behind `=`
 * or as the next item, secrets starred out. Only servers have the flags of the cluster; without one their default is 10.42.0.0/16.
 */
export function nodeArguments(nodes: readonly ClusterNode[]): {
  readonly mode: string | null;
  readonly strictArp: boolean | null;
  readonly pods: readonly string[];
} {
  const lists = nodes.flatMap(({ annotations }) => {
    const text = annotations.get('rke2.io/node-args') ?? annotations.get('k3s.io/node-args');
    return text === undefined ? [] : [texts(text)];
  });
  const servers = lists.filter(([verb]) => verb === 'server');
  const proxy = lists.flatMap((args) => valuesOf(args, '--kube-proxy-arg'));
  const setting = (name: string) =>
    proxy.findLast((each) => each.replace(/^--/, '').startsWith(`${name}=`))?.replace(/^[^=]*=/, '') ?? null;
  const strictArp = setting('ipvs-strict-arp');
  const pods = servers.flatMap((args) => valuesOf(args, '--cluster-cidr')).flatMap((each) => each.split(','));
  return {
    mode: setting('proxy-mode'),
    strictArp: strictArp === null ? null : strictArp === 'true',
    pods: pods.length > 0 || servers.length === 0 ? [...new Set(pods)] : ['10.42.0.0/16'],
  };
}

function texts(annotation: string): readonly string[] {
  const list = parseEmbedded(annotation);
  return Array.isArray(list) ? list.map(String) : [];
}

function valuesOf(args: readonly string[], flag: string): readonly string[] {
  return args.flatMap((arg, place) => {
    if (arg.startsWith(`${flag}=`)) return [arg.slice(flag.length + 1)];
    const next = args[place + 1];
    return arg === flag && next !== undefined ? [next] : [];
  });
}
