import { parseDocument } from 'yaml';
import type { Json } from '../domain/variable.ts';

/** YAML or JSON inside a text of an object, such as a key of a ConfigMap or an annotation; null where it is neither. */
export function parseEmbedded(text: string): Json {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  return document.errors.length > 0 ? null : (document.toJS() as Json);
}
