import type { Family } from './address.ts';

/** What a node answered when it was asked about one family of a network. */
export type ProbeAnswer = {
  readonly network: string;
  readonly family: Family;
  readonly isGatewaySilent: boolean;
  /** The way a reply would take, as ip(8) prints it, where that is not by the network's device and gateway. */
  readonly strayReply: string | null;
};
