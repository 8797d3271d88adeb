/** A key in slash form, e.g. `net/ipv4/conf/eth0.100/rp_filter`: dots in interface names make the dotted form silently wrong (sysctl.d(5)). */
export type SysctlKey = string & { readonly __brand: 'SysctlKey' };

/** One kernel setting mlbroute keeps. */
export type SysctlSetting = {
  readonly key: SysctlKey;
  readonly value: string;
  readonly why: string;
  /** True where the interface may be missing at some boot; sysctl.d then ignores the failure (`-` prefix). */
  readonly mayBeAbsent: boolean;
};

/** The key of an IPv4 per-interface setting; `all` and `default` are accepted as the kernel does. */
export function ipv4ConfKey(device: string, setting: string): SysctlKey {
  return `net/ipv4/conf/${device}/${setting}` as SysctlKey;
}
