/** The `code` of a Node error such as `ENOENT` or `ECONNREFUSED`; null where it has none. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** An error in words. Where one name has several addresses, Node gives an AggregateError without words of its own: then those of its parts. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}
