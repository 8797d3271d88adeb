import Handlebars from 'handlebars';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';
import { calls } from './expression-calls.ts';
import { hintForJinja } from './jinja-hint.ts';

/** A template that parses, ready to be printed with variables of different hosts. */
export type FileTemplate = {
  /** Every word in it that may be the name of a variable. */
  readonly names: readonly string[];
  /** Prints it. An error for what no variable has, where it stands in the template. */
  readonly print: (values: { readonly [name: string]: Json }) => Result<string, Diagnostic>;
};

/** Parses a template of Handlebars with its blocks, and the helpers of references beside them. `file` is where it was read from. */
export function parseFileTemplate(text: string, file: string): Result<FileTemplate, Diagnostic> {
  const jinja = /(?<!\{)\{[%#]/.exec(text);
  if (jinja !== null) {
    const hint = 'blocks are {{#if name}} … {{/if}} and {{#each list}} … {{/each}}, comments {{! … }}';
    return err(fault(`Jinja's "${jinja[0]}" is not supported`, hint, { file, ...placeOf(text, jinja.index) }));
  }
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(text);
  } catch (error) {
    // A plain Error is how Handlebars reports bad syntax.
    if (!(error instanceof Error)) throw error;
    const line = Number(/line (\d+)/i.exec(error.message)?.[1] ?? 1);
    const inner = /\{\{([^}]*)\}\}/.exec(text.split('\n')[line - 1] ?? '')?.[1] ?? '';
    const last = error.message.split('\n').at(-1) ?? error.message;
    return err(fault(last, hintForJinja(inner.trim()), { file, line, column: 1 }));
  }
  const heads = new HeadsOfPaths();
  heads.accept(program);
  const unknown = heads.called.find(({ name }) => !(name in helpers) && !builtIn.has(name));
  if (unknown !== undefined) {
    const hint = `the helpers are ${[...builtIn, ...Object.keys(helpers)].join(', ')}`;
    return err(fault(`there is no helper "${unknown.name}"`, hint, { file, ...unknown.at }));
  }
  const template = environment.compile(program, { noEscape: true, strict: true });
  return ok({
    names: [...heads.names],
    print: (values) => {
      try {
        return ok(template(values));
      } catch (error) {
        if (!(error instanceof Handlebars.Exception)) throw error;
        const { lineNumber, column } = error as { lineNumber?: number; column?: number };
        const message = error.message.replace(/ - \d+:\d+$/, '').replace(/ in \[object Object\]$/, '');
        const hint = 'a name that may be missing is written {{ default name "…" }}';
        return err(fault(message, hint, { file, line: lineNumber ?? 1, column: (column ?? 0) + 1 }));
      }
    },
  });
}

const builtIn: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);

/** The helpers of references, for values. What is not there is an error to all but `default` and `required`. */
const helpers = Object.fromEntries(
  Object.entries(calls).map(([name, { compute, least, most }]) => {
    const helper = (...given: unknown[]) => {
      const options = given.pop() as { readonly loc: hbs.AST.SourceLocation };
      const node = { loc: options.loc } as hbs.AST.Node;
      if (given.length < least || given.length > most) {
        throw new Handlebars.Exception(
          `${name} takes ${least === most ? least : `${least} to ${most}`} arguments`,
          node,
        );
      }
      const [first, second] = given;
      const isSet = first !== undefined && first !== null;
      if (name === 'default') return isSet ? first : second;
      if (name === 'required' && isSet) return first;
      if (name === 'required') throw new Handlebars.Exception(String(second), node);
      if (given.includes(undefined)) throw new Handlebars.Exception(`${name}: an argument is not defined`, node);
      const computed = compute?.(given as Json[]);
      if (computed?.ok !== true) throw new Handlebars.Exception(computed?.error ?? name, node);
      return computed.value;
    };
    return [name, helper];
  }),
);

const environment = Handlebars.create();
for (const [name, helper] of Object.entries(helpers)) environment.registerHelper(name, helper);
// Handlebars takes what is not there for an empty list, and for false.
for (const name of builtIn) {
  const original = environment.helpers[name];
  if (original === undefined) throw new Error(`Handlebars has no ${name}`);
  environment.registerHelper(name, function (this: unknown, context: unknown, options: Handlebars.HelperOptions) {
    if (context === undefined) {
      const { loc } = options as unknown as { readonly loc: hbs.AST.SourceLocation };
      throw new Handlebars.Exception(`what {{#${name}}} looks at is not defined`, { loc } as hbs.AST.Node);
    }
    return original.call(this, context, options);
  });
}

/** Collects the first names of paths, and what is called as a helper. */
class HeadsOfPaths extends Handlebars.Visitor {
  readonly names = new Set<string>();
  readonly called: { readonly name: string; readonly at: { readonly line: number; readonly column: number } }[] = [];

  override PathExpression(path: hbs.AST.PathExpression): void {
    const [head] = path.parts;
    if (!path.data && head !== undefined) this.names.add(head);
  }

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    if (statement.params.length > 0) this.note(statement.path);
    super.MustacheStatement(statement);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.note(expression.path);
    super.SubExpression(expression);
  }

  override BlockStatement(statement: hbs.AST.BlockStatement): void {
    this.note(statement.path);
    super.BlockStatement(statement);
  }

  private note(path: hbs.AST.PathExpression | hbs.AST.Literal): void {
    const { line, column } = path.loc.start;
    this.called.push({
      name: 'original' in path ? String(path.original) : path.type,
      at: { line, column: column + 1 },
    });
  }
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function fault(message: string, hint: string | null, at: Diagnostic['at']): Diagnostic {
  return { severity: 'error', code: 'template', message, hint, at };
}
