import type { Json } from '../domain/variable.ts';

/** The value at a path of keys; null where there is none, as the API leaves out what is empty. */
export function valueAt(value: Json, path: readonly string[]): Json {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, key)) return null;
    at = (at as { readonly [key: string]: Json })[key] ?? null;
  }
  return at;
}

/** The text there; null where it is something else. */
export function textAt(value: Json, path: readonly string[]): string | null {
  const at = valueAt(value, path);
  return typeof at === 'string' ? at : null;
}

/** The list there; empty where it is something else. */
export function listAt(value: Json, path: readonly string[]): readonly Json[] {
  const at = valueAt(value, path);
  return Array.isArray(at) ? at : [];
}

/** The texts of the list there. */
export function textsAt(value: Json, path: readonly string[]): readonly string[] {
  return listAt(value, path).filter((each) => typeof each === 'string');
}

/** The texts of the mapping there, such as labels. */
export function labelsAt(value: Json, path: readonly string[]): ReadonlyMap<string, string> {
  const at = valueAt(value, path);
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return new Map();
  return new Map(Object.entries(at).flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])));
}
