import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventTable } from './network-events.ts';

it('docs/backends.md tells of what others do to a node’s network just what the lab shows', () => {
  const page = readFileSync(new URL('../../docs/backends.md', import.meta.url), 'utf8');
  expect(page).toContain(`\n\n${eventTable()}\n\n`);
});
