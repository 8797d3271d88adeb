/**
 * mlbroute for programs: what the commands `render`, `plan` and `push` do, with values in the place of text.
 *
 * @packageDocumentation
 */
export type { FileChange, HostPlan, PlanWarning, RuntimeChange } from './domain/change.ts';
export type { Decision } from './domain/desired-state.ts';
export type { HostName } from './domain/host.ts';
export type { ObstacleCode } from './domain/obstacle.ts';
export type { Failure, HostEvent, HostOutcome, Phase } from './domain/outcome.ts';
export type { Portion } from './domain/portion.ts';
export type { ManagedFile } from './domain/remote-file.ts';
export { InputError } from './library/input-error.ts';
export type { HostOptions, SourceOptions } from './library/options.ts';
export { type Planned, plan } from './library/plan.ts';
export { type Pushed, type PushOptions, push } from './library/push.ts';
export { type Rendered, render } from './library/render.ts';
