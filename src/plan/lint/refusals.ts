import type { Observed } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';

/** What a transaction needs on any host, with the Debian package that brings it. */
const needed: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  sysctl: 'procps',
  systemctl: 'systemd',
  'systemd-run': 'systemd',
  sha256sum: 'coreutils',
  stat: 'coreutils',
};

/** Why no push may start on this host at all; every reason at once. Nothing is touched where the list is not empty. */
export function refusals({ facts }: Observed): readonly Failure[] {
  const missing = Object.keys(needed).filter((program) => !facts.programs.includes(program));
  const packages = [...new Set(missing.map((program) => needed[program]))].join(' ');
  return [
    ...(facts.systemdVersion === null
      ? [
          {
            kind: 'refused',
            message: 'systemd does not run this host',
            hint: 'mlbroute needs it for persistence and for the timer that undoes a push',
          } as const,
        ]
      : []),
    ...(missing.length === 0
      ? []
      : [
          {
            kind: 'refused',
            message: `programs are missing: ${missing.join(', ')}`,
            hint: `install ${packages}`,
          } as const,
        ]),
  ];
}
