import { neededPrograms } from '../../domain/needed-programs.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';

/** Why no push may start on this host at all; every reason at once. Nothing is touched where the list is not empty. */
export function refusals({ facts }: Observed): readonly Failure[] {
  const absent = Object.entries(neededPrograms).filter(([program]) => !facts.programs.includes(program));
  const missing = absent.map(([program]) => program);
  const packages = [...new Set(absent.map(([, name]) => name))].join(' ');
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
