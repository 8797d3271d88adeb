import { z } from 'zod';
import { domainVariables } from './domain-variables.ts';
import { playbookSchema } from './playbook-schema.ts';
import { verbNames } from './task-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of the variables mlbroute gives a meaning, for editors. Made from the definitions the checks use. */
export function inventorySchema(): Schema {
  return schemaOf(domainVariables, (path) => path.length > 0);
}

/** The same for playbooks, whose tasks take references in their arguments only. */
export function playbookJsonSchema(): Schema {
  return schemaOf(playbookSchema, (path) => verbNames.some((verb) => path[verbDepth] === verb));
}

// items, properties, tasks, items, properties, the verb
const verbDepth = 5;

/** Wherever something other than text is wanted and `takesReferences` says so, it also takes a `{{ reference }}`. */
function schemaOf(definition: z.ZodType, takesReferences: (path: readonly (string | number)[]) => boolean): Schema {
  return z.toJSONSchema(definition, {
    io: 'input',
    override: ({ jsonSchema: schema, path }) => {
      const isText = schema.type === 'string' || schema.type === 'null' || schema.type === undefined;
      if (!takesReferences(path) || (isText && schema.enum === undefined)) return;
      const { description, examples, default: byDefault, ...value } = schema;
      for (const key of Object.keys(schema)) delete schema[key];
      const annotations = { description, examples, default: byDefault };
      for (const [key, each] of Object.entries(annotations)) if (each !== undefined) schema[key] = each;
      schema.anyOf = [value, { type: 'string', pattern: '^\\{\\{.*\\}\\}$' }];
    },
  });
}
