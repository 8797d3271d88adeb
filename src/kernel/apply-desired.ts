import type { DesiredState } from '../domain/desired-state.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';
import { kernelRoute, kernelRule } from './from-domain.ts';
import type { DeviceSettings, KernelDevice, KernelState, SourceSettings } from './kernel-state.ts';
import { routeWords, ruleWords } from './words.ts';

/** What a push takes away: the rules and routes of the one before. */
export type Owned = { readonly rules: readonly PolicyRule[]; readonly routes: readonly Route[] };

/** The kernel after a push of this state. `newDevice` are the settings a device starts with (`conf/default`). */
export function applyDesired(
  state: KernelState,
  desired: DesiredState,
  { owned, newDevice }: { readonly owned: Owned; readonly newDevice: DeviceSettings },
): KernelState {
  const [rules, routes] = [desired.rules.map(kernelRule), desired.routes.map(kernelRoute)];
  const ruleKey = (rule: (typeof rules)[number]) => `${rule.family} ${rule.priority} ${ruleWords(rule)}`;
  const routeKey = (route: (typeof routes)[number]) => `${route.family} ${route.table} ${routeWords(route)}`;
  const goneRules = new Set([...owned.rules.map(kernelRule), ...rules].map(ruleKey));
  const goneRoutes = new Set([...owned.routes.map(kernelRoute), ...routes].map(routeKey));
  const links = desired.links.filter(({ name }) => !state.devices.some((device) => device.name === name));
  const sysctls = new Map<string, string>(desired.sysctls.map(({ key, value }) => [key, value]));
  const withSysctl = <T extends SourceSettings>(name: string, settings: T): T => {
    const rpFilter = sysctls.get(ipv4ConfKey(name, 'rp_filter'));
    const mark = sysctls.get(ipv4ConfKey(name, 'src_valid_mark'));
    return {
      ...settings,
      ...(rpFilter === undefined ? {} : { rpFilter: Number(rpFilter) }),
      ...(mark === undefined ? {} : { usesMark: mark === '1' }),
    };
  };
  const getsAddress = (name: string) => (desired.addresses ?? []).some(({ device }) => device === name);
  return {
    ...state,
    // New rules come after older ones of the same priority.
    rules: [...state.rules.filter((rule) => !goneRules.has(ruleKey(rule))), ...rules].sort(
      (a, b) => a.priority - b.priority,
    ),
    routes: [...state.routes.filter((route) => !goneRoutes.has(routeKey(route))), ...routes],
    devices: [
      ...state.devices,
      ...links.map(({ name }): KernelDevice => ({ ...withSysctl('default', newDevice), name, hasIpv4Address: false })),
    ]
      .map((device) => withSysctl(device.name, device))
      .map((device) => (getsAddress(device.name) ? { ...device, hasIpv4Address: true } : device)),
    all: withSysctl('all', state.all),
  };
}
