import { changeHosts, type Follower } from './change-hosts.ts';
import { type ChoiceOptions, chooseHosts } from './chosen-hosts.ts';
import type { Io } from './io.ts';
import type { RolloutOptions } from './options.ts';
import { plan } from './plan.ts';
import { tagWords } from './source-words.ts';

export type PushOptions = RolloutOptions & ChoiceOptions & { readonly check: boolean; readonly diff: boolean };

/** `mlbroute push`: plan every host, show, ask, then apply, verify and confirm, each host a transaction of its own. */
export async function push(options: PushOptions, io: Io, follower: Follower | null = null): Promise<number> {
  if (options.check) return plan({ ...options, out: null }, io);
  const chosen = await chooseHosts(options, io);
  if (!chosen.ok) return chosen.error;
  const planWords = options.planFile === null ? [] : ['--plan', options.planFile];
  const words = ['push', ...planWords, ...tagWords(options)] as const;
  return changeHosts(chosen.value, { ...options, words, question: 'Push to' }, io, follower);
}
