import Handlebars from 'handlebars';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { isRecord } from '../domain/json.ts';
import type { Json } from '../domain/variable.ts';
import type { TemplateSource } from './templates.ts';

/** What is wrong with a template, seen from an example of the view it will get. Handlebars' own strict mode misses arguments: `{{#each typo}}` prints nothing. */
export function checkTemplate({ text, file }: TemplateSource, example: Json): readonly Diagnostic[] {
  try {
    return checkProgram(Handlebars.parse(text), [example], file);
  } catch (error) {
    return [syntaxError(error, file)];
  }
}

/** `scope` is the view with the entry of each surrounding list, innermost last. */
function checkProgram(
  program: hbs.AST.Program | undefined,
  scope: readonly Json[],
  file: string,
): readonly Diagnostic[] {
  return (program?.body ?? []).flatMap((statement): readonly Diagnostic[] => {
    if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') return [];
    if (statement.type === 'MustacheStatement') return checkValue(statement as hbs.AST.MustacheStatement, scope, file);
    if (statement.type === 'BlockStatement') return checkBlock(statement as hbs.AST.BlockStatement, scope, file);
    return [onlySimple(statement, file)];
  });
}

function checkValue(node: hbs.AST.MustacheStatement, scope: readonly Json[], file: string): readonly Diagnostic[] {
  if (node.params.length > 0 || node.hash !== undefined) return [onlySimple(node, file)];
  const found = resolve(node.path, scope, file);
  if ('trouble' in found) return [found.trouble];
  if (typeof found.value !== 'object') return [];
  return [
    diagnostic(node, file, 'template-value', `${found.words} is no single value`, 'a list is printed by {{#each}}'),
  ];
}

function checkBlock(node: hbs.AST.BlockStatement, scope: readonly Json[], file: string): readonly Diagnostic[] {
  const helper = 'original' in node.path ? node.path.original : null;
  const [argument] = node.params;
  const hasNames = (node.program?.blockParams ?? []).length > 0;
  if (
    (helper !== 'each' && helper !== 'if') ||
    argument === undefined ||
    node.params.length > 1 ||
    node.hash !== undefined ||
    hasNames
  )
    return [onlySimple(node, file)];
  const found = resolve(argument, scope, file);
  if ('trouble' in found) return [found.trouble];
  if (helper === 'if') return [...checkProgram(node.program, scope, file), ...checkProgram(node.inverse, scope, file)];
  const entry = Array.isArray(found.value) ? (found.value as readonly Json[])[0] : undefined;
  if (entry === undefined)
    return [diagnostic(argument, file, 'template-list', `${found.words} is no list`, 'a value is tested by {{#if}}')];
  return [...checkProgram(node.program, [...scope, entry], file), ...checkProgram(node.inverse, scope, file)];
}

function resolve(
  node: hbs.AST.Expression,
  scope: readonly Json[],
  file: string,
): { readonly value: Json; readonly words: string } | { readonly trouble: Diagnostic } {
  if (node.type !== 'PathExpression') return { trouble: onlySimple(node, file) };
  const path = node as hbs.AST.PathExpression;
  if (path.data) return { trouble: onlySimple(node, file) };
  let value: Json | undefined = scope[scope.length - 1 - path.depth];
  for (const part of path.parts) {
    const keys = isRecord(value) ? Object.keys(value) : [];
    if (!keys.includes(part)) {
      const hint = keys.length === 0 ? null : `there is ${keys.join(', ')}`;
      return { trouble: diagnostic(node, file, 'template-path', `the view has no ${path.original}`, hint) };
    }
    value = (value as { readonly [key: string]: Json })[part];
  }
  if (value === undefined)
    return { trouble: diagnostic(node, file, 'template-path', `${path.original} leads out of the view`, null) };
  return { value, words: path.original };
}

function onlySimple(node: hbs.AST.Node, file: string): Diagnostic {
  const message = 'only {{value}}, {{#each list}} and {{#if value}} are known here';
  return diagnostic(node, file, 'template-syntax', message, null);
}

function diagnostic(node: hbs.AST.Node, file: string, code: string, message: string, hint: string | null): Diagnostic {
  const { line, column } = node.loc.start;
  return { severity: 'error', code, message, hint, at: { file, line, column: column + 1 } };
}

/** Handlebars puts the line into the message, and a mangled excerpt after it. */
function syntaxError(error: unknown, file: string): Diagnostic {
  if (!(error instanceof Error)) throw error;
  const line = Number(/line (\d+)/i.exec(error.message)?.[1] ?? (error as { lineNumber?: number }).lineNumber ?? 1);
  const message = error.message.split('\n').at(-1) ?? error.message;
  const hint = /\|/.test(error.message) ? 'filters are Jinja2, not Handlebars' : null;
  return { severity: 'error', code: 'template-syntax', message, hint, at: { file, line, column: 1 } };
}
