/**
 * What can stand against a push to a host although every step of it would succeed, by code: the push would break something of somebody else's,
 * or would be of no use. Each stops the push unless `--force` names it.
 */
export const obstacleKinds = {
  'mark-in-use': 'somebody else sets or tests bits of the packet mark that a network uses',
  'connmark-in-use': 'somebody else sets or tests bits of the connection mark that a network uses',
  'priority-in-use': 'somebody else has a rule of the same priority',
  'before-local': 'a rule would be tried before the rule of the local table',
  'table-in-use': 'somebody else has a route in the table, or a rule that leads there',
  'chain-in-use': 'there is a chain of the name that no push has made',
  'vlan-in-file': 'a configuration file of somebody else makes the same VLAN',
  'metallb-excluded': 'MetalLB never announces on an interface of this name',
  'parent-enslaved': 'the parent of the VLAN belongs to a bond, team or bridge',
  'device-enslaved': 'the interface belongs to a bridge, bond or VRF, where MetalLB does not announce',
  'parent-down': 'the parent of the VLAN is down, and a VLAN cannot come up before it',
  'mtu-above-parent': 'the VLAN is to have a larger MTU than its parent, which the kernel refuses',
  workload: 'the host’s own tool is to bring the network up, which takes routes of pods away, and pods are there',
  'ebpf-datapath': 'an eBPF datapath bypasses the chains that set the mark',
  'return-path': 'the return path that was asked for cannot work with what serves the services',
} as const;

/** The name of a kind of obstacle. */
export type ObstacleCode = keyof typeof obstacleKinds;

/** Something that stands against a push, found on the host. */
export type Obstacle = { readonly code: ObstacleCode; readonly message: string; readonly hint: string };

/** All codes, as `--force` takes them. */
export const obstacleCodes = Object.keys(obstacleKinds) as readonly ObstacleCode[];
