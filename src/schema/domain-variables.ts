import * as z from 'zod';
import { parseCidr } from '../domain/address.ts';
import { isNetplanId } from '../domain/network-file.ts';
import { type CheckParams, settle } from './check.ts';
import { networkSchema } from './network-schema.ts';

/** How many networks fit: one value each of the five bits of the default mask 0x1f00. */
export const mostNetworks = 31;

/** A network in CIDR form. */
export const cidr = z
  .string()
  .meta({ description: 'A network in CIDR form, host bits zero', examples: ['10.112.0.0/12'] })
  .transform((text, context) => settle(parseCidr(text), context, { code: 'cidr', hint: null }));

const networkFile = z.string().refine((name) => /^[^/\s\p{Cc}]+\.network$/u.test(name), {
  error: ({ input }) => `"${String(input)}" is not the name of a .network file`,
  params: { code: 'network-file', hint: 'give the name without a folder, e.g. 10-eth0.network' } satisfies CheckParams,
});

const netplanId = z.string().refine(isNetplanId, {
  error: ({ input }) => `"${String(input)}" is not the id of an interface in netplan's files`,
  params: {
    code: 'netplan-id',
    hint: 'give the key below ethernets:, bonds: or bridges:, of letters, digits and ._:@-',
  } satisfies CheckParams,
});

/** The variables of an inventory that mlbroute gives a meaning; all others are the user's own. */
export const domainVariables = z
  .looseObject({
    networks: z
      .array(networkSchema)
      .meta({ maxItems: mostNetworks })
      .nullish()
      .meta({ description: 'Networks of MetalLB that the host serves' }),
    pod_cidrs: z.array(cidr).nullish().meta({ description: 'Networks of the pods' }),
    node_cidrs: z.array(cidr).nullish().meta({ description: 'Networks of the nodes; seen on the host by default' }),
    kube_proxy: z
      .enum(['auto', 'iptables', 'nftables', 'ipvs', 'cilium'])
      .nullish()
      .meta({ description: 'What carries out services; auto, the default, looks at the host' }),
    netfilter: z
      .enum(['auto', 'iptables', 'nftables'])
      .nullish()
      .meta({ description: 'What sets marks; auto, the default, takes iptables where the host has it' }),
    renderer: z.enum(['auto', 'networkd', 'netplan', 'unit']).nullish().meta({
      description:
        'What brings VLANs, routes and rules back at boot; auto, the default, takes systemd-networkd where it runs, else a unit of its own',
    }),
    activate: z.enum(['hitless', 'native']).nullish().meta({
      description:
        'How what is written takes effect: hitless, the default, by changes of the kernel alone; native by the host’s own tool, which interrupts',
    }),
    networkd_parent_file: networkFile
      .nullish()
      .meta({ description: 'Name of the .network file of the parent of the VLAN, for rendering without a host' }),
    netplan_parent_id: netplanId.nullish().meta({
      description: 'What netplan calls the parent of the VLAN in its files, for renderer netplan without a host',
    }),
  })
  .meta({ title: 'Variables of mlbroute in an Ansible inventory' });

/** The names of these variables. */
export const domainVariableNames: readonly string[] = Object.keys(domainVariables.shape);
