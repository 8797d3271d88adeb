import { jsonSchema } from '../schema/json-schema.ts';
import type { Io } from './io.ts';

/** `mlbroute schema`: the JSON Schema of the inventory's variables that mlbroute gives a meaning, on standard output. */
export async function schema(_options: object, io: Io): Promise<number> {
  io.stdout(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
  return 0;
}
