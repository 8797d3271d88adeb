import { Document, isCollection } from 'yaml';
import type { Json } from '../domain/variable.ts';

/** What a first inventory says; texts as people type them, for its reader checks them. */
export type Starter = {
  /** Names, or ranges as `node[01:30]`; with `=ADDRESS` where the name is not known to DNS. */
  readonly hosts: readonly string[];
  readonly user: string;
  readonly become: boolean;
  readonly network: string;
  readonly pools: readonly string[];
  readonly link: { readonly device: string } | { readonly parent: string; readonly vlan: number | string };
  /** Null: the network has no router of its own. */
  readonly gateway: string | null;
  readonly podCidrs: readonly string[];
};

/** The variables of all hosts. */
export function starterVars({ user, become, network, pools, link, gateway, podCidrs }: Starter): {
  readonly [name: string]: Json;
} {
  return {
    ansible_user: user,
    ...(become ? { ansible_become: true } : {}),
    pod_cidrs: [...podCidrs],
    networks: [{ name: network, pools: [...pools], link, ...(gateway === null ? {} : { gateway }) }],
  };
}

/** The text of a first inventory, in the order a reader wants to know it. */
export function starterInventory(starter: Starter, file: string): string {
  const hosts = Object.fromEntries(
    starter.hosts.map((host) => {
      const [name = '', address] = splitHost(host);
      return [name, address === undefined ? null : { ansible_host: address }];
    }),
  );
  // Ansible reads YAML 1.1: there a network named yes needs quotes.
  const document = new Document(
    { all: { vars: starterVars(starter), children: { nodes: { hosts } } } },
    { schema: 'yaml-1.1' },
  );
  const network = ['all', 'vars', 'networks', 0];
  for (const path of [
    ['all', 'vars', 'pod_cidrs'],
    [...network, 'pools'],
    [...network, 'link'],
  ]) {
    const node = document.getIn(path);
    if (isCollection(node)) node.flow = true;
  }
  document.commentBefore = [
    ' yaml-language-server: $schema=mlbroute.schema.json',
    ` What each host would get: mlbroute render -i ${file} --out tree`,
    ` What would change on them: mlbroute plan -i ${file}`,
  ].join('\n');
  return document.toString({ lineWidth: 0, nullStr: '', flowCollectionPadding: true });
}

/** A host and its address, where it has one. */
export function splitHost(host: string): readonly string[] {
  const at = host.indexOf('=');
  return at < 0 ? [host] : [host.slice(0, at), host.slice(at + 1)];
}
