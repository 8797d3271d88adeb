import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';
import type { Condition } from './playbook.ts';

type Expression = Extract<Condition, { kind: 'expression' }>;

/** The known names that an expression may be about: a word of a text in it counts too, which costs nothing. */
export function namesIn({ text }: Expression, known: Iterable<string>): readonly string[] {
  const words = new Set(text.match(/[A-Za-z_]\w*/g));
  return [...known].filter((name) => words.has(name));
}

/** Whether a condition holds for these values. `known` are all names there are, for the hint at a wrong one. */
export function isTrue(
  condition: Expression,
  values: { readonly [name: string]: Json },
  known: Iterable<string>,
): Result<boolean, Diagnostic> {
  const { text } = condition;
  if (text.includes('{{')) {
    const hint = 'write its name alone: when: uplink == "eth0"';
    return err(fault(condition, 'in a condition a variable stands without {{ }}', hint, text.indexOf('{{')));
  }
  const environment = new Environment({ unlistedVariablesAreDyn: false });
  for (const name of Object.keys(values)) if (!environment.hasVariable(name)) environment.registerVariable(name, 'dyn');
  try {
    const program = environment.parse(text);
    const checked = program.check();
    if (!checked.valid) return err(faultOf(checked.error, condition, known));
    const context = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toCel(value)]));
    const value: unknown = program(context);
    if (typeof value === 'boolean') return ok(value);
    return err(fault(condition, `the condition is neither true nor false, but ${wordsFor(value)}`, 'compare it: == …'));
  } catch (error) {
    if (error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError)
      return err(faultOf(error, condition, known));
    throw error;
  }
}

type CelError = { readonly message: string; readonly code?: string; readonly range?: { readonly start: number } };

function faultOf(error: CelError | undefined, condition: Expression, known: Iterable<string>): Diagnostic {
  const [message = ''] = (error?.message ?? '').split('\n');
  const start = error?.range?.start;
  const name = /^Unknown variable: (.+)$/.exec(message)?.[1];
  if (name !== undefined) {
    const hint = didYouMean(name, known) ?? 'set it in group_vars/all or in vars of the play';
    return { ...fault(condition, `there is no variable "${name}"`, hint, start), code: 'undefined-variable' };
  }
  const habit = error instanceof ParseError ? habits.find(({ pattern }) => pattern.test(condition.text)) : undefined;
  if (habit === undefined) return fault(condition, message, null, start);
  const { index = 0, 0: word = '' } = habit.pattern.exec(condition.text) ?? {};
  return fault(condition, `conditions are CEL, which has no "${word}"`, habit.hint, index);
}

/** What people write who know Ansible's conditions. */
const habits: readonly { readonly pattern: RegExp; readonly hint: string }[] = [
  { pattern: /\band\b/, hint: 'write &&' },
  { pattern: /\bor\b/, hint: 'write ||' },
  { pattern: /\bis (?:not )?defined\b/, hint: 'has(a.b) says whether a has a key b' },
  { pattern: /\bnot\b/, hint: 'write !' },
];

function fault(condition: Expression, message: string, hint: string | null, offset = 0): Diagnostic {
  const { at, textAt } = condition;
  const place = textAt === null ? at : { ...textAt, column: textAt.column + offset };
  return { severity: 'error', code: 'condition', message, hint, at: place };
}

/** CEL tells whole numbers from others, JSON does not. */
function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, each]) => [key, toCel(each)]));
}

function wordsFor(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  return Array.isArray(value) ? 'a list' : 'a mapping';
}
