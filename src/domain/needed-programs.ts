/** The programs that a transaction needs on any host, with the package that brings each, as Debian calls it. */
export const neededPrograms = {
  ip: 'iproute2',
  sysctl: 'procps',
  systemctl: 'systemd',
  'systemd-run': 'systemd',
  sha256sum: 'coreutils',
  stat: 'coreutils',
} as const satisfies Readonly<Record<string, string>>;
