import Handlebars from 'handlebars';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { hintForJinja } from './jinja-hint.ts';

/** A part of a text: itself, or an expression between braces. Offsets are those of the braces. */
export type Part = { readonly kind: 'text'; readonly text: string } | Expression;

/** What stands between braces: a reference such as `a.b` with its path `['a', 'b']`, a value, or a helper with arguments. */
export type Expression =
  | { readonly kind: 'reference'; readonly path: readonly string[]; readonly offset: number }
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | {
      readonly kind: 'call';
      readonly helper: string;
      readonly args: readonly Expression[];
      readonly offset: number;
    };

/** What is wrong in a text, and at which of its characters. */
export type TemplateFault = { readonly message: string; readonly hint: string; readonly offset: number };

/** The helpers an expression may call, with how many arguments. */
export type HelperNames = { readonly [name: string]: { readonly least: number; readonly most: number } };

const forms = 'write {{ name }}, {{ name.key }} or {{ helper name }}';

/** Splits a text at its expressions. All else that Handlebars or Jinja could say, such as filters and blocks, is refused. */
export function parseTemplate(text: string, helpers: HelperNames): Result<readonly Part[], TemplateFault> {
  if (!/\{[{%#]/.test(text)) return ok([{ kind: 'text', text }]);
  const jinja = /\{%|(?<!\{)\{#/.exec(text);
  if (jinja !== null) {
    const message = `Jinja's "${jinja[0]}" is not supported`;
    const hint =
      jinja[0] === '{#' ? 'write the comment outside of the text' : 'set the variable for the hosts it differs on';
    return err({ message, hint, offset: jinja.index });
  }
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
    const offset = indexOf(text, statement.loc.start);
    if (statement.type === 'ContentStatement') {
      parts.push({ kind: 'text', text: (statement as hbs.AST.ContentStatement).value });
      continue;
    }
    const expression =
      statement.type === 'MustacheStatement' ? expressionOf(statement as hbs.AST.MustacheStatement, offset) : null;
    if (expression === null) {
      const hint = hintForJinja(text.slice(offset).replace(/^\{\{|\}\}[\s\S]*$/g, '')) ?? forms;
      return err({ message: `"${snippet(text, offset)}" is not a reference`, hint, offset });
    }
    const problem = problemOf(expression, helpers);
    if (problem !== null) return err({ ...problem, offset });
    parts.push(expression);
  }
  return ok(parts);
}

function expressionOf({ path, params, hash, ...rest }: Call, offset: number): Expression | null {
  if (hash !== undefined || ('escaped' in rest && !rest.escaped) || path.type !== 'PathExpression') return null;
  if (params.length === 0 && 'escaped' in rest) return reference(path, offset);
  const helper = reference(path, offset);
  if (helper?.kind !== 'reference' || helper.path.length !== 1) return null;
  const args = params.map((param) => argument(param, offset));
  return args.includes(null)
    ? null
    : { kind: 'call', helper: helper.path[0] ?? '', args: args.flatMap((each) => each ?? []), offset };
}

type Call = Pick<hbs.AST.MustacheStatement | hbs.AST.SubExpression, 'path' | 'params' | 'hash'> & {
  readonly escaped?: boolean;
};

function argument(node: hbs.AST.Expression, offset: number): Expression | null {
  switch (node.type) {
    case 'PathExpression':
      return reference(node, offset);
    case 'SubExpression':
      return expressionOf(node as hbs.AST.SubExpression, offset);
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return { kind: 'value', value: (node as hbs.AST.StringLiteral | hbs.AST.NumberLiteral).value };
    case 'NullLiteral':
      return { kind: 'value', value: null };
    default:
      return null;
  }
}

function reference(node: hbs.AST.Expression, offset: number): Expression | null {
  const { data, depth, parts, original } = node as hbs.AST.PathExpression;
  if (data || depth > 0 || parts.length === 0 || /^(?:this\b|\.)|\//.test(original)) return null;
  return { kind: 'reference', path: parts, offset };
}

function problemOf(
  expression: Expression,
  helpers: HelperNames,
): { readonly message: string; readonly hint: string } | null {
  if (expression.kind !== 'call') return null;
  const { helper, args } = expression;
  const known = Object.hasOwn(helpers, helper) ? helpers[helper] : undefined;
  if (known === undefined) {
    const names = Object.keys(helpers);
    const hint = hintForJinja(`${helper}(`) ?? didYouMean(helper, names) ?? `the helpers are ${names.join(', ')}`;
    return { message: `there is no helper "${helper}"`, hint };
  }
  if (args.length < known.least || args.length > known.most) {
    const range = known.least === known.most ? `${known.least}` : `${known.least} to ${known.most}`;
    return {
      message: `the helper "${helper}" takes ${range} arguments, not ${args.length}`,
      hint: 'put texts in quotes',
    };
  }
  return args.map((arg) => problemOf(arg, helpers)).find((problem) => problem !== null) ?? null;
}

/** An expression in few words, for messages. */
export function labelOf(expression: Expression): string {
  return expression.kind === 'reference'
    ? expression.path.join('.')
    : expression.kind === 'call'
      ? expression.helper
      : String(expression.value);
}

/** Where the braces of an expression are in its text. */
export function offsetOf(expression: Expression): number {
  return expression.kind === 'value' ? 0 : expression.offset;
}

/** Finds the first `{{ … }}` that does not parse by itself. */
function explain(text: string): TemplateFault {
  for (const { index, 0: expression, 1: inner = '' } of text.matchAll(/\{\{([\s\S]*?)(?:\}\}|$)/g)) {
    if (!expression.endsWith('}}')) return { message: '"{{" is not closed', hint: 'write {{ name }}', offset: index };
    if (parses(expression)) continue;
    const message = `"${snippet(text, index)}" is not a reference`;
    const hint =
      inner.trim() === '' ? 'write the name of a variable between the braces' : (hintForJinja(inner.trim()) ?? forms);
    return { message, hint, offset: index };
  }
  return { message: `"${snippet(text, 0)}" cannot be read`, hint: forms, offset: Math.max(0, text.indexOf('{{')) };
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

function indexOf(text: string, { line, column }: hbs.AST.Position): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, column);
}
