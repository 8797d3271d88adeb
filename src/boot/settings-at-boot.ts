import type { BootFiles } from '../domain/boot-files.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';
import { sysctlAtBoot } from './sysctl-at-boot.ts';

/**
 * The value of a setting after the next boot; null where no file tells and the kernel's own is not known here. `devices` are the VLANs that networkd will
 * configure. A setting of a device is written by udev, too, where systemd-sysctl is masked.
 */
export function settingAtBoot(
  key: string,
  boot: Pick<BootFiles, 'sysctlLines' | 'units'>,
  devices: ReadonlySet<string>,
): string | null {
  const { sysctlLines, units } = boot;
  const [, family, device = '', name = ''] = /^net\/(ipv4|ipv6)\/conf\/(.+)\/(\w+)$/.exec(key) ?? [];
  const isMasked = units.some((unit) => unit.name === 'systemd-sysctl.service' && unit.state === 'masked');
  const isShared = family === undefined || device === 'all' || device === 'default';
  const written = isMasked && isShared ? null : (sysctlAtBoot(key, sysctlLines)?.value ?? null);
  if (written !== null) return written;
  // networkd sees to both itself on what it configures.
  if (devices.has(device) && (name === 'accept_ra' || name === 'disable_ipv6')) return '0';
  if (family !== 'ipv4' || (name !== 'rp_filter' && name !== 'src_valid_mark')) return null;
  // A device starts from `default`, and follows it until it is written itself (devinet_copy_dflt_conf).
  if (!isShared) return settingAtBoot(ipv4ConfKey('default', name), boot, devices);
  return '0';
}
