import * as z from 'zod';
import { domainVariables } from './domain-variables.ts';
import { allVerbs, playbookSchema } from './playbook-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of the variables mlbroute gives a meaning, as in `group_vars`, for editors. Made from the definitions the checks use. */
export function variablesSchema(): Schema {
  return schemaOf(domainVariables, (path) => path.length > 0);
}

/** The JSON Schema of an inventory in YAML: groups, whose variables and those of their hosts are as in {@link variablesSchema}. */
export function inventorySchema(): Schema {
  const { $schema: dialect, ...variables } = variablesSchema();
  const orNothing = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
  const named = (schema: Schema): Schema => ({ type: 'object', additionalProperties: schema });
  const groups = named(orNothing({ $ref: '#/$defs/group' }));
  const its = orNothing({ $ref: '#/$defs/variables' });
  // One name may stand for a mapping of it.
  const hosts = { anyOf: [named(its), { type: 'string' }, { type: 'null' }] } satisfies Schema;
  const children = { anyOf: [groups, { type: 'string' }, { type: 'null' }] } satisfies Schema;
  const properties = {
    hosts: { ...hosts, description: 'Hosts of the group, with variables of their own; node[01:30] is thirty hosts' },
    vars: { ...its, description: 'Variables of all its hosts' },
    children: { ...children, description: 'Groups within the group' },
  };
  const group: Schema = { type: 'object', properties, additionalProperties: false };
  return {
    ...(dialect && { $schema: dialect }),
    title: 'An inventory of mlbroute and Ansible',
    ...groups,
    $defs: { group, variables },
  };
}

/** The same for playbooks, whose tasks take references in their arguments only. */
export function playbookJsonSchema(): Schema {
  return schemaOf(playbookSchema, (path) => allVerbs.some((verb) => path[verbDepth] === verb));
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
