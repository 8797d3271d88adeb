import type { Playbook } from './playbook.ts';

/** The plays with their tasks, or with their tags, in the form of `ansible-playbook --list-tasks` and `--list-tags`. */
export function listPlays(
  { plays }: Playbook,
  {
    file,
    tasks: showsTasks,
    tags: showsTags,
  }: { readonly file: string; readonly tasks: boolean; readonly tags: boolean },
): string {
  const blocks = plays.map(({ name, hosts, tags, tasks }, index) => {
    const all = new Set([...tags, ...tasks.flatMap((task) => task.tags)]);
    return [
      `  play #${index + 1} (${hosts.pattern}): ${name ?? hosts.pattern}\tTAGS: [${listed(tags, ',')}]`,
      ...(showsTasks ? ['    tasks:'] : []),
      ...(showsTasks ? tasks.map((task) => `      ${task.name ?? task.verb}\tTAGS: [${listed(task.tags)}]`) : []),
      ...(showsTags ? [`      TASK TAGS: [${listed(all)}]`] : []),
    ].join('\n');
  });
  return `\nplaybook: ${file}\n\n${blocks.join('\n\n')}\n`;
}

function listed(tags: Iterable<string>, separator = ', '): string {
  return [...tags].sort().join(separator);
}
