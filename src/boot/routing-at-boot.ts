import type { VlanLink } from '../domain/link.ts';
import type { InterfaceAddress, Neighbor } from '../domain/neighborhood.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';

/** What carries and routes packets after the next boot, as far as it was looked for. */
export type RoutingAtBoot = {
  readonly links: readonly (VlanLink & { readonly isUp: boolean })[];
  readonly routes: readonly Route[];
  readonly rules: readonly PolicyRule[];
  readonly addresses: readonly InterfaceAddress[];
  readonly neighbors: readonly Neighbor[];
};
