import type { Json } from '../domain/variable.ts';
import { labelsAt, listAt, textAt, textsAt } from './json-path.ts';

/**
 * Whether a LabelSelector takes something with these labels: all of `matchLabels` and all of `matchExpressions` must hold, so an empty one
 * takes everything. NotIn holds where there is no such label, too. Source: labels.Requirement.Matches in k8s.io/apimachinery.
 */
export function selects(selector: Json, labels: ReadonlyMap<string, string>): boolean {
  const wanted = [...labelsAt(selector, ['matchLabels'])];
  return (
    wanted.every(([key, value]) => labels.get(key) === value) &&
    listAt(selector, ['matchExpressions']).every((expression) => holds(expression, labels))
  );
}

function holds(expression: Json, labels: ReadonlyMap<string, string>): boolean {
  const value = labels.get(textAt(expression, ['key']) ?? '');
  const values = textsAt(expression, ['values']);
  switch (textAt(expression, ['operator'])) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      // The API server takes no other.
      return false;
  }
}
