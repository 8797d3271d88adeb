import * as z from 'zod';
import type { Result } from '../domain/result.ts';

/** What a check adds to its message: a stable code, and the way out. */
export type CheckParams = { readonly code: string; readonly hint: string | null };

/** Where a check reports to while zod parses. */
export type CheckContext = z.core.$RefinementCtx;

/** The value of a domain parser, or its error as a fault of the value at hand. */
export function settle<T>(parsed: Result<T, string>, context: CheckContext, params: CheckParams): T {
  return parsed.ok ? parsed.value : refuse(parsed.error, context, params);
}

/** Reports a fault of the value at hand, or of what is at a path below it. */
export function refuse(
  message: string,
  context: CheckContext,
  params: CheckParams,
  path: readonly (string | number)[] = [],
): never {
  context.addIssue({ code: 'custom', message, params: { ...params }, path: [...path] });
  return z.NEVER;
}
