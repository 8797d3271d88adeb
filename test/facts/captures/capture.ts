import { readFileSync } from 'node:fs';

/** The text of one capture beside this file. */
export function capture(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
