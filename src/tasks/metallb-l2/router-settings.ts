import type { VlanLink } from '../../domain/link.ts';
import { ipv6ConfKey, type SysctlSetting } from '../../domain/sysctl.ts';

/**
 * What keeps VLANs that speak IPv6 from listening to routers: an advertisement would give them addresses and main a default route nobody asked for.
 * And what lets them speak it where new interfaces do not.
 */
export function routerSettings(links: readonly VlanLink[]): readonly SysctlSetting[] {
  return links.flatMap(({ name, ipv6 }): SysctlSetting[] => {
    if (ipv6 !== true) return [];
    const setting = (key: string, value: string, why: string) => ({
      ...{ key: ipv6ConfKey(name, key), value, why, mayBeAbsent: false },
    });
    return [
      setting('accept_ra', '0', `routers on ${name} give no addresses and routes`),
      setting('disable_ipv6', '0', `neighbor discovery on ${name} needs IPv6`),
    ];
  });
}
