/** The steps of a check-up in their order: the way to a host, then what must be there. */
const checkSteps = [
  'dns',
  'tcp',
  'kex',
  'auth',
  'shell',
  'sudo',
  'systemd',
  'iproute2',
  'tools',
  'netfilter',
  'modules',
  'disk',
  'clock',
  'plan',
] as const;

/** One step of a check-up. */
export type CheckStep = (typeof checkSteps)[number];

/** What one step of a check-up found. Warnings let a push go on; troubles do not. */
export type Check = {
  readonly step: CheckStep;
  readonly verdict: 'fine' | 'warning' | 'trouble';
  /** One line; where all is fine it is the same for hosts that are alike. */
  readonly says: string;
  /** The same without what is this host's alone, such as its address; missing: nothing is. */
  readonly common?: string;
  readonly hint: string | null;
  /** The packages of the host's own distribution that bring what is missing; empty where nothing is, or none is known. */
  readonly packages: readonly string[];
  /** How long the step took; null where it had nothing to do. */
  readonly tookMs: number | null;
};

/** What the inventory asks of a host: `perhaps` where that depends on what is found there. */
export type Needs = {
  readonly vlan: boolean;
  readonly marks: 'yes' | 'perhaps' | 'no';
  /** What makes the chains of marks; `auto`: nft where there is no iptables. */
  readonly netfilter: 'auto' | 'iptables' | 'nftables';
};
