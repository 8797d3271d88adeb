/** Expected trouble is a value: either what was asked for, or why not. A broken promise throws instead. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** Wraps a success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Wraps an expected failure. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** The default of every switch over a closed list: adding a member without a case stops compiling here. */
export function unreachable(value: never): never {
  throw new Error(`not in the closed list: ${JSON.stringify(value)}`);
}
