import type { Renderer } from '../../domain/desired-state.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { HostSpec } from '../../schema/host-spec.ts';

/**
 * What brings links, routes and rules back at boot. The inventory's word first; else systemd-networkd, unless a host was asked that does not run it
 * and the inventory names none of its files.
 */
export function rendererOf({ renderer, networkdParentFile }: HostSpec, facts: HostFacts | null): Renderer {
  if (renderer !== 'auto') return renderer;
  return facts === null || facts.isNetworkdActive || networkdParentFile !== null ? 'networkd' : 'unit';
}
