import { inventorySchema, playbookJsonSchema } from '../schema/json-schema.ts';
import type { Io } from './io.ts';

/** `mlbroute schema`: the JSON Schema of a playbook, or of the inventory's variables that mlbroute gives a meaning, on standard output. */
export async function schema({ of }: { readonly of: 'inventory' | 'playbook' }, io: Io): Promise<number> {
  io.stdout(`${JSON.stringify(of === 'playbook' ? playbookJsonSchema() : inventorySchema(), null, 2)}\n`);
  return 0;
}
