import { filledText } from './coerce.ts';
import type { TagsChoice } from './command-table.ts';

/** Which tasks of a playbook. */
export const tagOptions = {
  tags: {
    alias: 't',
    requiresArg: true,
    describe:
      'Only tasks with one of these tags, and those tagged always; what other tasks declared stays on the hosts',
    coerce: tagList('--tags'),
  },
  'skip-tags': {
    requiresArg: true,
    describe: 'No tasks with one of these tags; what they declared stays on the hosts',
    coerce: tagList('--skip-tags'),
  },
  'list-tasks': { type: 'boolean', describe: 'Only list the tasks that would count, without touching hosts' },
  'list-tags': { type: 'boolean', describe: 'Only list all tags, without touching hosts' },
} as const;

/** What was said of tags. */
export function tagsOf(argv: {
  readonly tags: readonly string[] | undefined;
  readonly 'skip-tags': readonly string[] | undefined;
}): TagsChoice {
  const { tags, 'skip-tags': skipTags } = argv;
  return { ...(tags === undefined ? {} : { tags }), ...(skipTags === undefined ? {} : { skipTags }) };
}

/** What is to be listed instead of done; null: nothing. */
export function listingOf(argv: {
  readonly 'list-tasks': boolean | undefined;
  readonly 'list-tags': boolean | undefined;
}): { readonly tasks: boolean; readonly tags: boolean } | null {
  const { 'list-tasks': tasks = false, 'list-tags': tags = false } = argv;
  return tasks || tags ? { tasks, tags } : null;
}

/** Comma lists, the option once or more often. */
function tagList(option: string): (value: unknown) => readonly string[] {
  return (value) => {
    const given = (Array.isArray(value) ? value : [value]).map(filledText(option));
    return given.flatMap((list) => list.split(',')).map((tag) => filledText(option)(tag.trim()));
  };
}
