import type { ActionTask } from '../domain/action.ts';
import { familyOf } from '../domain/address.ts';
import type { SourceLocation } from '../domain/diagnostic.ts';
import type { Sight } from '../domain/sight.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import type { Declaration } from '../schema/task-schema.ts';
import { speaksIpv6, stateOf } from './state-objects.ts';

/** One thing that a task declares for a host, and where the task is written. */
export type Declared = Declaration & { readonly at: SourceLocation };

/** All that is asked for on one host, whatever tasks it comes from. */
export type HostWants = {
  /** Its networks, and what else the variables say of the host. */
  readonly spec: HostSpec;
  /** In the order of the playbook. */
  readonly declared: readonly Declared[];
  /** True: this is only a part of what the playbook says of the host; the rest stays there as the host recorded it. */
  readonly isPart: boolean;
};

/** What is to be done on one host: its state, and actions on the way there. */
export type HostSteps = {
  /** All that it shall have in the end. */
  readonly wants: HostWants;
  readonly interludes: readonly Interlude[];
};

/** An action, and what the tasks above it ask for: a part of what the host shall have in the end. */
type Interlude = {
  readonly before: HostWants;
  /** False: there is no more of it than the action before this one has found. */
  readonly isNew: boolean;
  readonly task: ActionTask;
};

/** What must be looked at on a host to tell whether it has what is asked for. */
export function sightFor({ spec, declared }: HostWants): Sight {
  return {
    ipv6:
      spec.networks.some(({ pools: [first] }) => first !== undefined && familyOf(first) === 'ipv6') ||
      declared.some((each) => speaksIpv6(stateOf(each))),
    sysctls: declared.flatMap((each) => (each.kind === 'sysctl' ? [each.setting.key] : [])),
    files: declared.flatMap((each) => (each.kind === 'file' ? [each.file.dest] : [])),
    tables: declared.flatMap((each) => (each.kind === 'iptables' ? each.chains.map(({ table }) => table) : [])),
    modules: declared.flatMap((each) => (each.kind === 'kernel_module' ? [each.module] : [])),
    units: declared.flatMap((each) => (each.kind === 'unit' ? [each.unit.unit] : [])),
  };
}

/** A place as diagnostics say it. */
export function placeWords({ file, line, column }: SourceLocation): string {
  return `${file}:${line}:${column}`;
}
