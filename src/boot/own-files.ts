import type { Observed } from '../domain/observed.ts';

/** True where the next boot starts a unit. One that nobody asked about does not count. */
export function startsAtBoot(name: string, { boot }: Pick<Observed, 'boot'>): boolean {
  return boot.units.some((unit) => unit.name === name && unit.state === 'wanted');
}

/** What one of mlbroute's own files holds; null where it is not there, or is no file. */
export function contentOf(path: string, { persisted }: Pick<Observed, 'persisted'>): string | null {
  const file = persisted.find((each) => each.path === path);
  return file?.kind === 'file' ? file.content : null;
}
