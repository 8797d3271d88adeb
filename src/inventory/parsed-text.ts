import { calls } from './expression-calls.ts';
import type { Located } from './located.ts';
import { parseTemplate } from './template.ts';

type Scalar = Extract<Located, { kind: 'scalar' }>;
type Parsed = ReturnType<typeof parseTemplate>;

const parsedTexts = new WeakMap<Scalar, Parsed>();

/** The parts of a scalar's text. What a group says is expanded for each of its hosts, and parsed for the first of them only. */
export function parsedText(node: Scalar, text: string): Parsed {
  const parsed = parsedTexts.get(node) ?? parseTemplate(text, calls);
  parsedTexts.set(node, parsed);
  return parsed;
}
