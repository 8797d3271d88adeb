import { LineCounter, parseAllDocuments } from 'yaml';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';
import { listAt, textAt } from './json-path.ts';

/** An object of the Kubernetes API as it was printed, with the file it is from. */
export type Manifest = { readonly file: string; readonly kind: string; readonly body: Json };

/**
 * Reads what `kubectl get -o json` or `-o yaml` printed, and manifests as people keep them: one object, several YAML documents, lists in
 * lists. What is no object of the API is an error with its place.
 */
export function readManifests(text: string, file: string): Result<readonly Manifest[], readonly Diagnostic[]> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  if (!Array.isArray(documents)) return err([fault(file, 1, 1, 'this is empty')]);
  const faults = documents.flatMap(({ errors }) =>
    errors.map(({ message, pos }) => {
      const { line, col } = lines.linePos(pos[0]);
      return fault(file, line, col, message);
    }),
  );
  if (faults.length > 0) return err(faults);
  const manifests: Manifest[] = [];
  for (const document of documents) {
    if (document.contents === null) continue;
    const body = document.toJS() as Json;
    const { line, col } = lines.linePos(document.contents.range?.[0] ?? 0);
    if (textAt(body, ['kind']) === null) faults.push(fault(file, line, col, 'this has no "kind"'));
    else manifests.push(...flatten(body, file));
  }
  if (faults.length === 0 && manifests.length === 0) faults.push(fault(file, 1, 1, 'there is no object in it'));
  return faults.length > 0 ? err(faults) : ok(manifests);
}

/** A list is what is in it. The items of a typed list, such as NodeList, name no kind of their own. */
function flatten(body: Json, file: string): readonly Manifest[] {
  const kind = textAt(body, ['kind']) ?? '';
  if (!kind.endsWith('List')) return [{ file, kind, body }];
  return listAt(body, ['items']).flatMap((item) =>
    textAt(item, ['kind']) === null ? [{ file, kind: kind.slice(0, -'List'.length), body: item }] : flatten(item, file),
  );
}

function fault(file: string, line: number, column: number, message: string): Diagnostic {
  const hint = 'give what kubectl get -o json printed, or manifests as YAML';
  return { severity: 'error', code: 'manifest', message, hint, at: { file, line, column } };
}
