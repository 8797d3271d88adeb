import type { SourceLocation } from '../domain/diagnostic.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import type { Declaration } from '../schema/task-schema.ts';

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

/** A place as diagnostics say it. */
export function placeWords({ file, line, column }: SourceLocation): string {
  return `${file}:${line}:${column}`;
}
