import { variablesSchema } from '../../src/schema/json-schema.ts';

type Schema = { readonly [key: string]: unknown };

/** The variables mlbroute gives a meaning as a table in Markdown, made from the JSON Schema and so from what is checked. */
export function variableReference(): string {
  return [
    '| variable | value | default | meaning |',
    '|---|---|---|---|',
    ...rowsOf(variablesSchema() as Schema, '').map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

type Row = readonly [name: string, value: string, byDefault: string, meaning: string];

function rowsOf(schema: Schema, prefix: string): readonly Row[] {
  const properties = (schema.properties ?? {}) as { readonly [name: string]: Schema };
  const required = new Set((schema.required ?? []) as readonly string[]);
  return Object.entries(properties).flatMap(([key, property]): readonly Row[] => {
    const name = `${prefix}${key}`;
    const forms = leavesOf(property);
    const byDefault = required.has(key)
      ? 'required'
      : property.default === undefined
        ? ''
        : `\`${String(property.default)}\``;
    const value = [...new Set(forms.map(wordsFor))].join(' or ');
    const inner = forms.flatMap((form) => {
      if (form.type === 'object') return rowsOf(form, `${name}.`);
      return form.type === 'array' ? leavesOf(form.items as Schema).flatMap((item) => rowsOf(item, `${name}[].`)) : [];
    });
    return [[`\`${name}\``, value, byDefault, String(property.description ?? '')], ...inner];
  });
}

/** The forms a value may take, without nothing and without the reference that may stand in place of any. */
function leavesOf(schema: Schema): readonly Schema[] {
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as readonly Schema[]).flatMap(leavesOf);
  const types = Array.isArray(schema.type) ? (schema.type as readonly string[]) : [schema.type];
  return types
    .filter((type) => type !== 'null' && String(schema.pattern ?? '').startsWith('^\\{\\{') === false)
    .map((type) => ({ ...schema, type }));
}

function wordsFor(schema: Schema): string {
  if (Array.isArray(schema.enum))
    return schema.enum
      .filter((each) => typeof each === 'string')
      .map((each) => `\`${each}\``)
      .join(', ');
  switch (schema.type) {
    case 'array':
      return `list of ${[...new Set(leavesOf(schema.items as Schema).map((item) => (item.type === 'object' ? 'mappings' : 'texts')))].join(' or ')}`;
    case 'object':
      return 'mapping';
    case 'boolean':
      return '`true`, `false`';
    case 'number':
      return schema.minimum === undefined ? 'number' : `number, ${schema.minimum} to ${schema.maximum}`;
    default:
      return 'text';
  }
}
