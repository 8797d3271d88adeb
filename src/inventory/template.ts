import Handlebars from 'handlebars';
import { err, ok, type Result } from '../domain/result.ts';

/** A part of a text: itself, or a reference such as `{{ a.b }}` with its path `['a', 'b']`. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly path: readonly string[]; readonly offset: number };

/** What is wrong in a text, and at which of its characters. */
export type TemplateFault = { readonly message: string; readonly hint: string; readonly offset: number };

const onlyReferences = 'only references are supported here: {{ name }} or {{ name.key }}';

/** Splits a text at its references. All else that Handlebars or Jinja could say, such as filters and blocks, is refused. */
export function parseTemplate(text: string): Result<readonly Part[], TemplateFault> {
  if (!/\{[{%#]/.test(text)) return ok([{ kind: 'text', text }]);
  const jinja = /\{%|(?<!\{)\{#/.exec(text);
  if (jinja !== null)
    return err({ message: `Jinja's "${jinja[0]}" is not supported`, hint: onlyReferences, offset: jinja.index });
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(text);
  } catch (error) {
    // A plain Error is how Handlebars reports bad syntax; its own words name grammar tokens, so ours are given.
    if (!(error instanceof Error)) throw error;
    return err(explain(text));
  }
  const parts: Part[] = [];
  for (const statement of program.body) {
    const offset = offsetOf(text, statement.loc.start);
    const path = pathOf(statement);
    if (path !== null) parts.push({ kind: 'reference', path, offset });
    else if (statement.type === 'ContentStatement')
      parts.push({ kind: 'text', text: (statement as hbs.AST.ContentStatement).value });
    else return err({ message: `"${snippet(text, offset)}" is not a reference`, hint: onlyReferences, offset });
  }
  return ok(parts);
}

function pathOf(statement: hbs.AST.Statement): readonly string[] | null {
  if (statement.type !== 'MustacheStatement') return null;
  const { path, params, hash, escaped } = statement as hbs.AST.MustacheStatement;
  if (path.type !== 'PathExpression' || params.length > 0 || hash !== undefined || !escaped) return null;
  const { data, depth, parts, original } = path as hbs.AST.PathExpression;
  if (data || depth > 0 || parts.length === 0 || /^(?:this\b|\.)|\//.test(original)) return null;
  return parts;
}

/** Finds the first `{{ … }}` that does not parse by itself. */
function explain(text: string): TemplateFault {
  for (const { index, 0: expression, 1: inner = '' } of text.matchAll(/\{\{([\s\S]*?)(?:\}\}|$)/g)) {
    if (!expression.endsWith('}}')) return { message: '"{{" is not closed', hint: 'write {{ name }}', offset: index };
    if (parses(expression)) continue;
    const message = `"${snippet(text, index)}" is not a reference`;
    return { message, hint: hintFor(inner.trim()) ?? onlyReferences, offset: index };
  }
  return {
    message: `"${snippet(text, 0)}" cannot be read`,
    hint: onlyReferences,
    offset: Math.max(0, text.indexOf('{{')),
  };
}

function hintFor(expression: string): string | null {
  if (expression === '') return 'write the name of a variable between the braces';
  const filtered = /^([\w.-]+)\s*\|/.exec(expression)?.[1];
  if (filtered !== undefined)
    return `Jinja filters are not supported: write {{ ${filtered} }}, and give a default in the vars of a parent group`;
  const [, name, key] = /^([\w.]+)\[\s*["']?([\w-]+)["']?\s*\]$/.exec(expression) ?? [];
  if (name === undefined || key === undefined) return null;
  return `write {{ ${name}.${/^\d/.test(key) ? `[${key}]` : key} }}`;
}

function parses(expression: string): boolean {
  try {
    Handlebars.parse(expression);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

function snippet(text: string, offset: number): string {
  const end = text.indexOf('}}', offset);
  const expression = text.slice(offset, end < 0 ? undefined : end + 2).replaceAll(/\s+/g, ' ');
  return expression.length > 60 ? `${expression.slice(0, 57)}...` : expression;
}

function offsetOf(text: string, { line, column }: hbs.AST.Position): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, column);
}
