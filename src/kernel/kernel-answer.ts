import type { Family } from '../domain/address.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { parseRouteShow, parseRuleShow } from './ip-json.ts';
import type { DeviceSettings, KernelRoute, KernelRule } from './kernel-state.ts';

/** The routing of a running kernel, as a node tells it. */
export type KernelAnswer = {
  readonly rules: readonly KernelRule[];
  readonly routes: readonly KernelRoute[];
  /** By device, with `all` and `default`. */
  readonly settings: { readonly [device: string]: DeviceSettings };
  readonly forwardsIpv6: boolean;
};

/** Parses the sections of what `node/routing.sh` says. The error is half a sentence: what cannot be read. */
export function parseKernelAnswer(sections: ReadonlyMap<string, string>): Result<KernelAnswer, string> {
  if (!sections.has('end')) return err('the host stopped answering before the end of its report');
  // Where the family is missing in the kernel, ip(8) says nothing at all.
  const listOf = (name: string) => sections.get(name)?.trim() || '[]';
  const families: readonly Family[] = ['ipv4', 'ipv6'];
  try {
    return ok({
      rules: families.flatMap((family) => parseRuleShow(listOf(`rules-${family}`), family)),
      routes: families.flatMap((family) => parseRouteShow(listOf(`routes-${family}`), family)),
      settings: parseSettings(sections.get('settings') ?? ''),
      forwardsIpv6: sections.get('forwarding-ipv6')?.trim() === '1',
    });
  } catch (error) {
    if (error instanceof SyntaxError) return err(`its answer cannot be read: ${error.message}`);
    throw error;
  }
}

/** Lines `/proc/sys/net/ipv4/conf/DEVICE/SETTING:VALUE`. */
function parseSettings(text: string): KernelAnswer['settings'] {
  const values = new Map<string, Map<string, number>>();
  for (const [, device = '', name = '', value = ''] of text.matchAll(/^.*\/conf\/(.+)\/(\w+):(\d+)$/gm)) {
    const ofDevice = values.get(device) ?? new Map<string, number>();
    values.set(device, ofDevice.set(name, Number(value)));
  }
  return Object.fromEntries(
    [...values].map(([device, of]) => [
      device,
      {
        rpFilter: of.get('rp_filter') ?? 0,
        usesMark: of.get('src_valid_mark') === 1,
        acceptsLocal: of.get('accept_local') === 1,
        forwards: of.get('forwarding') === 1,
      },
    ]),
  );
}
