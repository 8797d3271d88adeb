import type { PolicyRule, Route } from '../../domain/routing.ts';
import { guardPriority, guardTable } from './numbering.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/**
 * Drops requests to pool addresses that no service answers. Without it main's default route sends them back to the router,
 * and they bounce until their TTL ends. Served addresses are rewritten before routing and never get here.
 */
export function loopGuard({ family, pools, device }: ResolvedNetwork): {
  readonly rules: readonly PolicyRule[];
  readonly routes: readonly Route[];
} {
  return {
    rules: pools.map((to) => ({
      family,
      priority: guardPriority,
      from: null,
      to,
      iif: device,
      fwmark: null,
      table: guardTable,
    })),
    routes: pools.map((destination) => ({
      family,
      table: guardTable,
      destination,
      type: 'blackhole',
    })),
  };
}
