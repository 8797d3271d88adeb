/** A node of the lab. Everything about it follows from its number. */
export type LabNode = {
  /** From 1. */
  readonly index: number;
  /** `n1`. */
  readonly name: string;
  /** On the node LAN, 192.168.1.0/24. */
  readonly address: string;
  readonly mac: string;
  /** The host's end of the node's eth0, in the lab's network namespace. */
  readonly tap: string;
  /** The node's own slice of the pod network. */
  readonly podCidr: string;
  /** The pod that serves, on port 8080. */
  readonly podServer: string;
  /** The pod that asks. */
  readonly podClient: string;
};

/** The fixed parts of the lab's network. The default gateway has no way to the client, so a reply that takes it is lost, and seen. */
export const labNetwork = {
  gateway: '192.168.1.1',
  prefixLength: 24,
  podCidr: '10.112.0.0/12',
  /** Of a cluster that has IPv6, too. */
  podCidr6: 'fd00:112::/48',
  router: { lan: '192.168.1.2', vlan100: '1.2.3.1', vlan200: '5.6.7.1', outside: '203.0.113.1', shellPort: 7777 },
  client: '203.0.113.10',
  onlink: { lan: '192.168.1.3', segment: '10.9.8.1' },
} as const;

/** The most nodes that the addresses of the services leave room for. */
export const maxNodes = 20;

/** Nodes `n1` … `n<count>`. */
export function labNodes(count: number): readonly LabNode[] {
  return Array.from({ length: count }, (_, i) => labNode(i + 1));
}

function labNode(index: number): LabNode {
  return {
    index,
    name: `n${index}`,
    address: `192.168.1.${10 + index}`,
    mac: macAddress(10 + index),
    tap: `tap-n${index}`,
    podCidr: `10.112.${index}.0/24`,
    podServer: `10.112.${index}.2`,
    podClient: `10.112.${index}.3`,
  };
}

/** A MAC address of the lab; 1 and 2 are the router's, 11 and up the nodes'. */
export function macAddress(number: number): string {
  return `52:54:00:12:34:${number.toString(16).padStart(2, '0')}`;
}
