import { z } from 'zod';
import { domainVariables } from './domain-variables.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of the variables mlbroute gives a meaning, for editors. Made from the definitions the checks use, and wherever
 * something other than text is wanted it also takes a `{{ reference }}`.
 */
export function jsonSchema(): Schema {
  return z.toJSONSchema(domainVariables, {
    io: 'input',
    override: ({ jsonSchema: schema, path }) => {
      const isText = schema.type === 'string' || schema.type === 'null' || schema.type === undefined;
      if (path.length === 0 || (isText && schema.enum === undefined)) return;
      const { description, examples, default: byDefault, ...value } = schema;
      for (const key of Object.keys(schema)) delete schema[key];
      const annotations = { description, examples, default: byDefault };
      for (const [key, each] of Object.entries(annotations)) if (each !== undefined) schema[key] = each;
      schema.anyOf = [value, { type: 'string', pattern: '^\\{\\{.*\\}\\}$' }];
    },
  });
}
