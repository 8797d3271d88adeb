import type { RunningState } from '../domain/observed.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';

/**
 * What the kernel makes of a changed rp_filter, in words: it takes max(all, interface) (ip-sysctl.rst), so neither number tells alone.
 * Null for other settings. `key` is in slash form.
 */
export function effectiveRpFilter(key: string, { sysctls }: RunningState): string | null {
  const device = /^net\/ipv4\/conf\/(.+)\/rp_filter$/.exec(key)?.[1];
  if (device === undefined || device === 'default') return null;
  const [all, own] = [valueAt('all'), valueAt(device)];
  if (device === 'all')
    return `the kernel takes max(all, interface), so no interface is below ${all}: ${meanings[all]}`;
  const effective = Math.max(all, own);
  return `the kernel takes max(all, interface): on ${device} max(${all}, ${own}) = ${effective}, ${meanings[effective]}`;

  function valueAt(name: string): number {
    return Number(sysctls[ipv4ConfKey(name, 'rp_filter')] ?? 0);
  }
}

const meanings: { readonly [value: number]: string } = {
  0: 'sources are not checked',
  1: 'what would be answered by another interface is dropped',
  2: 'what could not be answered at all is dropped, and everything on an interface without an address',
};
