import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { Playbook } from './playbook.ts';

/** Which tasks a run is about. No `tags`: all but those tagged `never`. */
export type TagChoice = { readonly tags: readonly string[]; readonly skipTags: readonly string[] };

/** Tags that mean something by themselves, whether or not a task has them. */
const words = ['all', 'tagged', 'untagged', 'always', 'never'];

/** Whether a run is about a task with these tags, those of its play among them. As Ansible decides (lib/ansible/playbook/taggable.py). */
function isChosen(own: readonly string[], { tags, skipTags }: TagChoice): boolean {
  const has = new Set(own.length === 0 ? ['untagged'] : own);
  const isTagged = own.length > 0;
  const isRare = has.has('never');
  const only = new Set(tags.length === 0 ? ['all'] : tags);
  const isMeant =
    has.has('always') ||
    (only.has('all') && !isRare) ||
    [...only].some((tag) => has.has(tag)) ||
    (only.has('tagged') && isTagged && !isRare);
  return isMeant && !isSkipped({ has, isTagged }, new Set(skipTags));
}

function isSkipped(
  { has, isTagged }: { readonly has: ReadonlySet<string>; readonly isTagged: boolean },
  skips: ReadonlySet<string>,
): boolean {
  // Beside `all`, no other tag takes away what is tagged `always`.
  if (skips.has('all')) return !has.has('always') || skips.has('always');
  return [...skips].some((tag) => has.has(tag)) || (skips.has('tagged') && isTagged);
}

/** True where a run describes its hosts whole. All others take nothing away from a host: what they leave out, other tasks may have declared. */
export function isWhole({ tags, skipTags }: TagChoice): boolean {
  return tags.every((tag) => tag === 'all') && skipTags.length === 0;
}

/** The playbook with the tasks of a run only. */
export function choosePlays({ plays }: Playbook, choice: TagChoice): Playbook {
  return {
    plays: plays.map((play) => ({ ...play, tasks: play.tasks.filter(({ tags }) => isChosen(tags, choice)) })),
  };
}

/** A fault for each chosen tag that no task has: a misspelt one would choose nothing, or skip nothing. */
export function tagFaults({ plays }: Playbook, { tags, skipTags }: TagChoice): readonly Diagnostic[] {
  const known = new Set(plays.flatMap((play) => [...play.tags, ...play.tasks.flatMap((task) => task.tags)]));
  const faultsOf = (option: string, given: readonly string[]) =>
    given
      .filter((tag) => !known.has(tag) && !words.includes(tag))
      .map((tag): Diagnostic => {
        const list = known.size === 0 ? 'the playbook has no tags' : `its tags are ${[...known].sort().join(', ')}`;
        const hint = didYouMean(tag, [...known, ...words]) ?? list;
        return unplacedError('tag-unknown', `${option}: no task has the tag "${tag}"`, hint);
      });
  return [...faultsOf('--tags', tags), ...faultsOf('--skip-tags', skipTags)];
}
