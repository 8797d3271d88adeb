/** Expected trouble of the lab: `message` says what is wrong with place and value, `hint` the way out. Anything else thrown is a bug. */
export type LabError = Error & { readonly name: 'LabError'; readonly hint: string };

/** Makes a LabError, to be thrown. */
export function labError(message: string, hint: string): LabError {
  return Object.assign(new Error(message), { name: 'LabError' as const, hint });
}

/** Tells expected trouble, to be shown to the user, from a bug. */
export function isLabError(error: unknown): error is LabError {
  return error instanceof Error && error.name === 'LabError';
}
