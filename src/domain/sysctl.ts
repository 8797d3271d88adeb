import { err, ok, type Result } from './result.ts';

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

/**
 * A key in slash form, from either form of sysctl(8): the first separator decides, and after a dot, dots separate and slashes stand for
 * dots in names. Fails with half a sentence where the text cannot name a setting.
 */
export function parseSysctlKey(text: string): Result<SysctlKey, string> {
  const key = slashForm(text);
  const isKey = /^[a-z][\w-]*(\/[\w.@-]+)+$/.test(key) && !key.split('/').some((part) => /^\.+$/.test(part));
  return isKey ? ok(key as SysctlKey) : err(`"${text}" is not the name of a kernel setting`);
}

/** The slash form of a key, which may be a pattern of sysctl.d(5). */
export function slashForm(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  if (first !== '.') return key.replace(/^\/+/, '');
  return key.replaceAll(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

/** The key of an IPv6 per-interface setting. */
export function ipv6ConfKey(device: string, setting: string): SysctlKey {
  return `net/ipv6/conf/${device}/${setting}` as SysctlKey;
}

/** The key of an IPv4 per-interface setting; `all` and `default` are accepted as the kernel does. */
export function ipv4ConfKey(device: string, setting: string): SysctlKey {
  return `net/ipv4/conf/${device}/${setting}` as SysctlKey;
}
