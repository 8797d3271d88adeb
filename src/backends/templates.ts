import Handlebars from 'handlebars';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';
import { backends } from './all-backends.ts';
import { checkTemplate } from './check-template.ts';

/** The text of one template: its name is `<backend>/<file>.hbs`, `file` is where it was read from. */
export type TemplateSource = { readonly name: string; readonly file: string; readonly text: string };

/** Every template by name, ready to print; made only by `parseTemplates`. */
export type TemplateSet = { readonly [name: string]: (view: Json) => string };

const examples: ReadonlyMap<string, Json> = new Map(
  backends.flatMap(({ name, templates }) =>
    Object.entries(templates).map(([file, example]): [string, Json] => [`${name}/${file}`, example]),
  ),
);

/** The names of all templates, sorted. */
export const templateNames: readonly string[] = [...examples.keys()].sort();

/**
 * The shipped templates, with the user's own in the place of those of their names. Each path in the user's is checked against the view it will get;
 * the shipped ones are checked by a test, not at each start. Errors, all at once: a name that no backend prints, one that is missing, a syntax error,
 * a path that is not in the view.
 */
export function parseTemplates(
  shipped: readonly TemplateSource[],
  own: readonly TemplateSource[],
): Result<TemplateSet, readonly Diagnostic[]> {
  const byName = new Map([...shipped, ...own].map((source) => [source.name, source]));
  const missing = templateNames
    .filter((name) => !byName.has(name))
    .map((name): Diagnostic => ({ ...unplaced, code: 'template-missing', message: `template ${name} is missing` }));
  const wrong = own.flatMap((source): readonly Diagnostic[] => {
    const example = examples.get(source.name);
    if (example !== undefined) return checkTemplate(source, example);
    const hint = `templates are ${templateNames.join(', ')}`;
    return [
      {
        severity: 'error',
        code: 'template-unknown',
        message: `nothing prints ${source.name}`,
        hint,
        at: { file: source.file, line: 1, column: 1 },
      },
    ];
  });
  if (missing.length + wrong.length > 0) return err([...missing, ...wrong]);
  const compiled = [...byName].map(([name, { text }]): [string, (view: Json) => string] => [
    name,
    Handlebars.compile(text, { noEscape: true, strict: true, knownHelpersOnly: true }),
  ]);
  return ok(Object.fromEntries(compiled));
}

const unplaced = { severity: 'error', hint: null, at: null } as const;
