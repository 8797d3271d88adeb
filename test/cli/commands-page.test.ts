import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type CommandHelp, commandHelp } from '../../src/cli/command-help.ts';
import { optionsOf } from '../../src/cli/options.ts';

const file = new URL('../../docs/commands.md', import.meta.url);

it('the page of commands has what --help says of each; UPDATE_DOCS=1 writes it', async () => {
  const before = await readFile(file, 'utf8');
  const helps = await Promise.all(Object.keys(optionsOf).map(commandHelp));
  const made = before.replace(
    /(<!-- commands -->\n)[\s\S]*?(<!-- \/commands -->)/,
    (_, open, close) => `${open}${helps.map(sectionOf).join('\n')}\n${close}`,
  );
  if (process.env.UPDATE_DOCS === '1') await writeFile(file, made);
  else expect(before).toBe(made);
  expect(helps.length).toBeGreaterThan(20);
});

function sectionOf({ usage, purpose, options, examples }: CommandHelp): string {
  const words = usage.replace(/^mlbroute /, '');
  const [name = ''] = words.split(/ [<[]/);
  return [
    `## ${name}`,
    `${words === name ? '' : `\`${usage}\`: `}${cell(purpose)}.`,
    ['| option | what it does |', '|---|---|', ...options.map(rowOf)].join('\n'),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.map(exampleOf).join('\n')}\n\`\`\``]),
    '',
  ].join('\n\n');
}

function rowOf([term, meaning]: readonly [string, string]): string {
  return `| ${term.replaceAll(/[^\s,]+/g, '`$&`')} | ${cell(meaning)} |`;
}

function exampleOf([command, meaning]: readonly [string, string]): string {
  return `# ${meaning}\n${command}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
