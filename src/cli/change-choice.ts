import type { Portion } from '../domain/portion.ts';
import type { ChangeChoice, ConnectionChoice } from './command-table.ts';
import { hostsOf } from './inventory-options.ts';
import { loginOf } from './login-options.ts';
import { type OutputArguments, outputOf } from './output-options.ts';
import { shardOf } from './shard-options.ts';

/** What was said to a command that changes hosts. */
export function changeOf(
  argv: Parameters<typeof hostsOf>[0] &
    Parameters<typeof connectionOf>[0] &
    Parameters<typeof shardOf>[0] &
    OutputArguments & {
      readonly yes: boolean | undefined;
      readonly check: boolean | undefined;
      readonly diff: boolean | undefined;
      readonly 'confirm-timeout': number;
      readonly serial: readonly Portion[] | undefined;
      readonly 'max-fail': Portion | undefined;
    },
): ChangeChoice {
  const { yes = false, check = false, diff = false, serial = [] } = argv;
  return {
    ...hostsOf(argv),
    ...shardOf(argv),
    ...connectionOf(argv),
    ...outputOf(argv),
    yes,
    check,
    diff,
    confirmTimeoutS: argv['confirm-timeout'],
    serial,
    maxFail: argv['max-fail'] ?? null,
  };
}

/** What was said of connections. */
export function connectionOf(argv: Parameters<typeof loginOf>[0] & { readonly forks: number }): ConnectionChoice {
  return { forks: argv.forks, ...loginOf(argv) };
}
