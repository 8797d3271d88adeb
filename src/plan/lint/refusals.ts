import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';

/** What makes a push to this host senseless or dangerous; all of it at once. Nothing is touched where the list is not empty. */
export function refusals(desired: DesiredState, observed: Observed): readonly Failure[] {
  const { facts } = observed;
  const refuse = (message: string, hint: string | null): Failure => ({ kind: 'refused', message, hint });
  const missingPrograms = ['ip', 'iptables-restore', 'sysctl', 'systemd-run', 'sha256sum'].filter(
    (program) => !facts.programs.includes(program),
  );
  const devices = [...new Set(desired.links.map(({ parent }) => parent))];
  return [
    ...(facts.systemdVersion === null
      ? [refuse('systemd does not run this host', 'mlbroute needs it for persistence and for its timer')]
      : []),
    ...(missingPrograms.length === 0
      ? []
      : [
          refuse(
            `these programs are missing: ${missingPrograms.join(', ')}`,
            'install iproute2, iptables, procps and coreutils',
          ),
        ]),
    ...(facts.isNetworkdActive
      ? []
      : [refuse('systemd-networkd does not run here', 'it is the only way of persistence so far')]),
    ...devices
      .filter((device) => !facts.interfaces.some(({ name }) => name === device))
      .map((device) =>
        refuse(
          `the parent ${device} does not exist`,
          `the host has ${facts.interfaces.map(({ name }) => name).join(', ')}`,
        ),
      ),
    ...devices
      .filter(
        (device) =>
          facts.isNetworkdActive &&
          facts.interfaces.some(({ name }) => name === device) &&
          facts.networkFileOf[device] === undefined,
      )
      .map((device) =>
        refuse(
          `systemd-networkd has no .network file for ${device}`,
          'without one the VLAN would be missing after a reboot',
        ),
      ),
    ...desired.links.flatMap((link) => {
      const taken = facts.interfaces.find(({ name }) => name === link.name);
      if (taken === undefined || (taken.kind === 'vlan' && taken.parent === link.parent && taken.vlanId === link.id))
        return [];
      const what = taken.kind === 'vlan' ? `VLAN ${taken.vlanId} on ${taken.parent}` : (taken.kind ?? 'a network card');
      return [
        refuse(
          `the name ${link.name} is taken: it is ${what}, not VLAN ${link.id} on ${link.parent}`,
          'choose another with link.name',
        ),
      ];
    }),
  ];
}
