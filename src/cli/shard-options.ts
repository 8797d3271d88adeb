import { shard } from './coerce.ts';
import type { InventoryChoice } from './command-table.ts';

/** Which part of the hosts. */
export const shardOptions = {
  shard: {
    requiresArg: true,
    describe: 'Only this part of the hosts, by a hash of each name: 2/5 is the second of five',
    coerce: shard('--shard'),
  },
} as const;

/** What was said of parts. */
export function shardOf({
  shard,
}: {
  readonly shard: InventoryChoice['shard'] | undefined;
}): Pick<InventoryChoice, 'shard'> {
  return shard === undefined ? {} : { shard };
}
