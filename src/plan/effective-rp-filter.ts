import type { RunningState } from '../domain/observed.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';

/**
 * What the kernel makes of a changed rp_filter, in words: it takes max(all, interface) (ip-sysctl.rst), so neither number tells alone.
 * Null for other settings. `key` is in slash form.
 */
export function rpFilterWords(key: string, running: RunningState): string | null {
  const device = /^net\/ipv4\/conf\/(.+)\/rp_filter$/.exec(key)?.[1];
  if (device === undefined || device === 'default') return null;
  const [all, own] = [valueAt('all', running), valueAt(device, running)];
  if (device === 'all')
    return `the kernel takes max(all, interface), so no interface is below ${all}: ${meanings[all]}`;
  const effective = effectiveRpFilter(device, running);
  return `the kernel takes max(all, interface): on ${device} max(${all}, ${own}) = ${effective}, ${meanings[effective]}`;
}

/** The rp_filter that counts on an interface; 0 where the host has no such setting. */
export function effectiveRpFilter(device: string, running: RunningState): number {
  return Math.max(valueAt('all', running), valueAt(device, running));
}

function valueAt(name: string, { sysctls }: RunningState): number {
  return Number(sysctls[ipv4ConfKey(name, 'rp_filter')] ?? 0);
}

const meanings: { readonly [value: number]: string } = {
  0: 'sources are not checked',
  1: 'what would be answered by another interface is dropped',
  2: 'what could not be answered at all is dropped, and everything on an interface without an address',
};
