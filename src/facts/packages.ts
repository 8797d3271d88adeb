/** What a push needs and a package brings. */
export type Part = 'iproute2' | 'procps' | 'coreutils' | 'iptables' | 'nftables' | 'kernel-modules';

/** What decides how packages are called on a host. */
export type System = {
  readonly family: 'debian' | 'ubuntu' | 'rhel' | 'unknown';
  /** Its own name, as in os-release(5). */
  readonly id: string;
  /** The major version; NaN where it has none. */
  readonly version: number;
  /** The running kernel, as `uname -r` says it. */
  readonly kernel: string;
};

/** The system that these words of `node/doctor.sh` tell: family, name, major version, kernel. */
export function parseSystem([family = '', id = '', version = '', kernel = '']: readonly string[]): System {
  const isKnown = family === 'debian' || family === 'ubuntu' || family === 'rhel';
  return { family: isKnown ? family : 'unknown', id, version: Number.parseInt(version, 10), kernel };
}

/** The packages of a host's distribution that bring a part; none where none is known to. */
export function packagesFor(part: Part, { family, id, version, kernel }: System): readonly string[] {
  switch (family) {
    case 'debian':
      // Its kernels come with all of their modules.
      return part === 'kernel-modules' ? [] : [part];
    case 'ubuntu':
      return [part === 'kernel-modules' ? `linux-modules-extra-${kernel}` : part];
    case 'rhel': {
      // The package iptables of version 8 is what later ones, and Fedora, call iptables-nft.
      const iptables = id !== 'fedora' && version < 9 ? 'iptables' : 'iptables-nft';
      const modules = `kernel-modules-extra-${kernel}`;
      const names = { iproute2: 'iproute', procps: 'procps-ng', iptables, 'kernel-modules': modules };
      return [part in names ? names[part as keyof typeof names] : part];
    }
    case 'unknown':
      return [];
  }
}
