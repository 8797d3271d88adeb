import { type Document, isCollection, type Node } from 'yaml';

/** A value as a node of a YAML document; a list or a mapping stands on one line. */
export function flowNode(document: Document, value: unknown): Node {
  const node = document.createNode(value);
  if (isCollection(node)) node.flow = true;
  return node;
}
