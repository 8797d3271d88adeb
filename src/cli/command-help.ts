import type { CommandTable } from './command-table.ts';
import { helpItems } from './help-text.ts';
import { parseCommandLine } from './parse-command-line.ts';

type Item = readonly [term: string, meaning: string];

/** What `--help` says of a command. */
export type CommandHelp = {
  readonly usage: string;
  readonly purpose: string;
  /** Arguments first. Not those that every command has: --help and --version. */
  readonly options: readonly Item[];
  readonly examples: readonly Item[];
};

/** The help of a command, named by its words, as `lab up`. */
export async function commandHelp(command: string): Promise<CommandHelp> {
  const [usage = '', purpose = '', ...rest] = await helpParagraphs(command);
  const sections = rest.map(sectionOf);
  const itemsOf = (areExamples: boolean) =>
    sections.flatMap(({ title, items }) => ((title === 'Examples') === areExamples ? items : []));
  return {
    ...{ usage, purpose, examples: itemsOf(true) },
    options: itemsOf(false).filter(([term]) => !/--(?:help|version)$/.test(term)),
  };
}

/** The help of a command, or of mlbroute itself (`''`), by paragraphs; each item is one line. */
export async function helpParagraphs(command: string): Promise<readonly string[]> {
  // Help runs nothing, so there need be nothing to run.
  const commands = {} as CommandTable;
  const words = command.split(' ').filter((word) => word !== '');
  const asked = await parseCommandLine([...words, '--help'], { version: '', columns: null, commands });
  if (!asked.ok || asked.value.kind !== 'print') throw new Error(`${command} has no help`);
  return asked.value.text.trim().split(/\n{2,}/);
}

function sectionOf(text: string): { readonly title: string; readonly items: readonly Item[] } {
  const [title = '', ...lines] = text.split('\n');
  return {
    title: title.replace(/:$/, ''),
    items: helpItems(lines),
  };
}
