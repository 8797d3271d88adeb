import type { SchemaSubject } from '../domain/schema-subject.ts';
import { inventorySchema, playbookJsonSchema, variablesSchema } from '../schema/json-schema.ts';
import type { Io } from './io.ts';

const schemas = {
  inventory: inventorySchema,
  variables: variablesSchema,
  playbook: playbookJsonSchema,
} as const satisfies { readonly [subject in SchemaSubject]: unknown };

/** `mlbroute schema`: the JSON Schema of an inventory, of a file of `group_vars` or `host_vars`, or of a playbook, on standard output. */
export async function schema({ of }: { readonly of: SchemaSubject }, io: Io): Promise<number> {
  io.stdout(`${JSON.stringify(schemas[of](), null, 2)}\n`);
  return 0;
}
