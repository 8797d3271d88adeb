import type { Diagnostic } from '../domain/diagnostic.ts';
import type { Declaration } from './declaration.ts';
import { parseHostPattern } from './host-pattern.ts';

/** What a list such as `h1,h2:2222,` says: hosts in no group. The comma is what tells it from a path. Hosts in `known` stay where they are. */
export function declareHostList(
  { text, file, known }: { readonly text: string; readonly file: string; readonly known: ReadonlySet<string> },
  report: (diagnostic: Diagnostic) => void,
): readonly Declaration[] {
  let offset = 0;
  return text.split(',').flatMap((part): readonly Declaration[] => {
    const at = { file, line: 1, column: offset + part.length - part.trimStart().length + 1 };
    offset += part.length + 1;
    if (part.trim() === '') return [];
    const pattern = parseHostPattern(part.trim());
    if (pattern.ok) {
      const { hosts, port } = pattern.value;
      const isNew = (host: string) => !known.has(host);
      return hosts.filter(isNew).map((host) => ({ kind: 'member', group: 'ungrouped', host, port, at }) as const);
    }
    report({ severity: 'error', code: 'host-pattern', ...pattern.error, at });
    return [];
  });
}
