import { err, ok, type Result } from '../domain/result.ts';
import { optionsOf } from './options.ts';

/**
 * Makes arguments ready for yargs where its own reading would be wrong: `lab ssh NODE CMD…` gets a `--` after the node, so that the command's
 * options stay the command's; `--check=yes`, which yargs takes for false, is an error.
 */
export function prepareArguments(args: readonly string[]): Result<readonly string[], string> {
  const prepared = shieldRemoteCommand(args);
  const end = prepared.indexOf('--');
  for (const arg of end < 0 ? prepared : prepared.slice(0, end)) {
    const [, name = '', value = ''] = /^--?(?:no-)?([\w-]+)=(.*)$/s.exec(arg) ?? [];
    if (booleanNames.has(name) && value !== 'true' && value !== 'false')
      return err(`${arg}: this option is on or off and takes no value`);
  }
  return ok(prepared);
}

function shieldRemoteCommand(args: readonly string[]): readonly string[] {
  if (args[0] !== 'lab' || args[1] !== 'ssh') return args;
  let node = 2;
  // `--dir X` is the one option before the node that takes the next word.
  while (args[node]?.startsWith('-') && args[node] !== '--') node += args[node] === '--dir' ? 2 : 1;
  if (node >= args.length || args[node] === '--' || args[node + 1] === '--') return args;
  return [...args.slice(0, node + 1), '--', ...args.slice(node + 1)];
}

const booleanNames: ReadonlySet<string> = new Set(
  Object.values(optionsOf).flatMap((options) =>
    Object.entries<{ readonly describe: string; readonly alias?: string; readonly type?: 'boolean' }>(options)
      .filter(([, { type }]) => type === 'boolean')
      .flatMap(([name, { alias }]) => (alias === undefined ? [name] : [name, alias])),
  ),
);
