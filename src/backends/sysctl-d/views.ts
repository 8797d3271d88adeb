import type { SysctlSetting } from '../../domain/sysctl.ts';

/** A sysctl.d(5) file; `prefix` is `-` where a missing key is no error, else empty. */
export type SysctlView = {
  readonly settings: readonly {
    readonly key: string;
    readonly value: string;
    readonly prefix: string;
    readonly why: string;
  }[];
};

/** Keeps the order of the settings: it is the order they are safe to be written. */
export function sysctlView(settings: readonly SysctlSetting[]): SysctlView {
  return {
    settings: settings.map(({ key, value, mayBeAbsent, why }) => ({ key, value, prefix: mayBeAbsent ? '-' : '', why })),
  };
}
