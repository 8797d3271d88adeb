/** HTML that is safe to print. Only `html` makes it. */
export type Markup = { readonly markup: string };

/** What may stand in a template: text is escaped, markup is not, lists are joined. */
type Part = string | number | Markup | readonly Markup[];

/** A tagged template that escapes everything but other markup; safe in content and in quoted attributes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.map((text, index) => text + partOf(parts[index] ?? '')).join('') };
}

/** Trusted text of this program, such as its style sheet. */
export function trusted(markup: string): Markup {
  return { markup };
}

function partOf(part: Part): string {
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
