import { describe, expect, it } from 'vitest';
import { variablesSchema } from '../../src/schema/json-schema.ts';

type Schema = { readonly [key: string]: unknown };

/** Follows keys of a schema into it, through the alternatives of each. */
function find(schema: unknown, path: readonly string[]): Schema | null {
  if (typeof schema !== 'object' || schema === null) return null;
  const [key, ...rest] = path;
  if (key === undefined) return schema as Schema;
  const { anyOf, items, properties } = schema as { anyOf?: unknown[]; items?: unknown; properties?: Schema };
  for (const each of anyOf ?? []) {
    const found = find(each, path);
    if (found !== null) return found;
  }
  if (key === 'items') return items === undefined ? null : find(items, rest);
  return properties?.[key] === undefined ? null : find(properties[key], rest);
}

describe('The JSON Schema of the variables', () => {
  it.each([
    ['networks', 'name'],
    ['networks', 'link', 'parent'],
    ['networks', 'link', 'vlan'],
    ['networks', 'return_path'],
    ['networks', 'loop_guard'],
    ['pod_cidrs'],
    ['kube_proxy'],
  ])('describes %s %s %s', (name, ...rest) => {
    const path = rest.length === 0 ? [name] : [name, 'items', ...rest.filter(Boolean)];
    expect(find(variablesSchema(), path)).toHaveProperty('description');
  });

  it('takes a reference where a number is wanted', () => {
    const vlan = find(variablesSchema(), ['networks', 'items', 'link', 'vlan']);
    expect(JSON.stringify(vlan)).toContain('"maximum":4094');
    expect(JSON.stringify(vlan)).toContain(JSON.stringify({ type: 'string', pattern: '^\\{\\{.*\\}\\}$' }));
  });

  it('names what a network must have, and forbids what it cannot have', () => {
    const text = JSON.stringify(variablesSchema());
    expect(text).toContain('"required":["name","pools","link"],"additionalProperties":false');
  });

  it('has the same bytes each time', () => {
    expect(JSON.stringify(variablesSchema())).toBe(JSON.stringify(variablesSchema()));
  });
});
