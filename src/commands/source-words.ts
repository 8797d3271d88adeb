import { formatShard } from '../domain/shard.ts';
import type { InventoryOptions } from './options.ts';

/** The options that say what is described and for whom, as they are typed; for a command to type next. */
export function sourceWords({
  inventory,
  playbook,
  templates,
  shard,
}: Pick<InventoryOptions, 'inventory' | 'playbook' | 'templates' | 'shard'>): readonly string[] {
  return [
    ...inventory.flatMap((path) => ['-i', path]),
    ...(playbook === undefined ? [] : ['-p', playbook]),
    ...(templates === undefined ? [] : ['--templates', templates]),
    ...(shard === undefined ? [] : ['--shard', formatShard(shard)]),
  ];
}

/** The tags of a run, as they are typed: what goes on with it must not be about more. */
export function tagWords({ tags, skipTags }: Pick<InventoryOptions, 'tags' | 'skipTags'>): readonly string[] {
  return [
    ...(tags === undefined ? [] : ['--tags', tags.join(',')]),
    ...(skipTags === undefined ? [] : ['--skip-tags', skipTags.join(',')]),
  ];
}
