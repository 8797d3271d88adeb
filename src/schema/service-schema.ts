import * as z from 'zod';
import { isLifeline, type UnitSetting, unitName } from '../domain/unit-setting.ts';
import { type CheckContext, refuse } from './check.ts';

const moduleKeys = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'this is the name of a module, without .ko' })
    // The kernel writes them so.
    .transform((name) => name.replaceAll('-', '_'))
    .meta({ description: 'Name of the module, without .ko' }),
});

const unitKeys = z.strictObject({
  name: z
    .string()
    .regex(/^[\w:.@-]+$/, { error: 'this is the name of a unit of systemd' })
    .transform(unitName)
    .meta({ description: 'Name of the unit; without a suffix it is a service' }),
  enabled: z.boolean().nullish().meta({ description: 'Whether it starts at boot' }),
  state: z.enum(['started', 'stopped']).nullish().meta({ description: 'Whether it runs' }),
});

/** The arguments of tasks about modules and units once references are expanded. */
export const serviceVerbs = {
  kernel_module: moduleKeys
    .meta({ description: 'A module of the kernel, loaded now and at every boot' })
    .transform(({ name }) => name),
  unit: unitKeys.meta({ description: 'A unit of systemd that runs or not, now and at every boot' }).transform(toUnit),
} as const;

/** The keys of each verb's arguments. */
export const serviceVerbKeys = {
  kernel_module: Object.keys(moduleKeys.shape),
  unit: Object.keys(unitKeys.shape),
} as const;

function toUnit({ name, enabled, state }: z.output<typeof unitKeys>, context: CheckContext): UnitSetting {
  const setting = { unit: name, isEnabled: enabled ?? null, isActive: state == null ? null : state === 'started' };
  if (setting.isEnabled === null && setting.isActive === null)
    return refuse('nothing is asked of the unit', context, { code: 'unit', hint: 'write enabled, state or both' });
  if (isLifeline(name) && (enabled === false || state === 'stopped'))
    return refuse(`without ${name} the host may be lost`, context, {
      code: 'unit',
      hint: 'do that by hand, at its console',
    });
  return setting;
}
