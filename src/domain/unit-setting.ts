/** What a playbook wants of a unit of systemd. */
export type UnitSetting = {
  /** With its suffix. */
  readonly unit: string;
  /** Whether it starts at boot; null: as it is. */
  readonly isEnabled: boolean | null;
  /** Whether it runs; null: as it is. */
  readonly isActive: boolean | null;
};

/** A unit as a host has it. */
export type ObservedUnit = {
  readonly unit: string;
  /** False: nothing of that name can be started. */
  readonly isThere: boolean;
  readonly isActive: boolean;
  /** `always`: it has no place in the boot of its own, and needs none. */
  readonly atBoot: 'enabled' | 'disabled' | 'masked' | 'always';
};

/** The name of a unit with its suffix; a bare one is a service. */
export function unitName(text: string): string {
  return /\.(service|socket|timer|path|target|mount|automount|swap|slice)$/.test(text) ? text : `${text}.service`;
}

/** Without these nobody comes in, or the host has no network. */
const lifelines =
  /^(ssh|sshd|dropbear|systemd-\w+|dbus|dbus-broker|NetworkManager|networking|network|wicked\w*|mlbroute-.*)(@.*)?\.(service|socket)$/;

/** Whether a host that goes without this unit may be lost. */
export function isLifeline(unit: string): boolean {
  return lifelines.test(unit);
}
