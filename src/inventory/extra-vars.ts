import type { Diagnostic } from '../domain/diagnostic.ts';
import { readData } from './data-document.ts';
import { sourceText } from './inventory-text.ts';
import { type Entries, type Entry, kindOf } from './located.ts';
import { splitShellWords } from './shell-words.ts';
import type { ReadText } from './source-files.ts';

/** The variables of each `-e`, the texts they came from, and what is wrong with them. */
export type ExtraVars = {
  readonly extra: readonly Entries[];
  readonly texts: ReadonlyMap<string, string>;
  readonly secretFiles: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Reads what `-e` gives: `name=value name2=value2`, whose values are texts; `{…}` of JSON or YAML; `@FILE`. */
export async function readExtraVars(options: readonly string[], readText: ReadText): Promise<ExtraVars> {
  const extra: Entries[] = [];
  const texts = new Map<string, string>();
  const secretFiles: string[] = [];
  const diagnostics: Diagnostic[] = [];

  async function read(option: string): Promise<Entries> {
    const file = `-e ${option}`;
    const fault = (message: string, hint: string | null, at: Diagnostic['at'] = null) =>
      diagnostics.push({ severity: 'error', code: 'extra-vars', message, hint, at });
    if (option.startsWith('@')) {
      const path = option.slice(1);
      const text = await readText(path);
      if (!text.ok) {
        diagnostics.push(text.error);
        return new Map();
      }
      if (text.value.isSecret) secretFiles.push(path);
      else texts.set(path, sourceText(text.value.text));
      return readMapping(sourceText(text.value.text), path);
    }
    texts.set(file, option);
    if (/^\s*[{[]/.test(option)) return readMapping(sourceText(option), file);
    if (/^[./]/.test(option)) {
      fault(`-e ${option} names a file`, `write -e @${option}`);
      return new Map();
    }
    const words = splitShellWords(option);
    if (!words.ok) {
      fault(`-e ${option}: ${words.error}`, null);
      return new Map();
    }
    const entries = words.value.flatMap((word): readonly (readonly [string, Entry])[] => {
      const equals = word.indexOf('=');
      const at = { file, line: 1, column: Math.max(0, option.indexOf(word.slice(0, equals + 1))) + 1 };
      if (equals < 1) {
        fault(
          `-e ${option}: "${word}" is not a variable`,
          'write name=value, and quotes around a value with blanks',
          at,
        );
        return [];
      }
      const value = { kind: 'scalar', at, value: word.slice(equals + 1), bracesAt: [] } as const;
      return [[word.slice(0, equals), { keyAt: at, isText: true, value }]];
    });
    if (words.value.length === 0) fault('-e has no variable', 'write -e name=value');
    return new Map(entries);
  }

  function readMapping(text: string, file: string): Entries {
    const { tree, diagnostics: its } = readData(text, file);
    diagnostics.push(...its);
    if (tree === null || (tree.kind === 'scalar' && tree.value === null)) return new Map();
    if (tree.kind === 'map') return tree.entries;
    const message = `variables are a mapping, not ${kindOf(tree)}`;
    diagnostics.push({ severity: 'error', code: 'vars-shape', message, hint: null, at: tree.at });
    return new Map();
  }

  for (const option of options) extra.push(await read(option));
  return { extra, texts, secretFiles, diagnostics };
}
