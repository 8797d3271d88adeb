import type { Io } from '../commands/io.ts';
import type { CommandTable } from './command-table.ts';
import { parseCommandLine } from './parse-command-line.ts';

/** Reads the arguments, runs what they ask for, gives the exit code: the command's own, 64 for wrong usage, 70 for a bug of ours (sysexits.h). */
export async function main(
  args: readonly string[],
  options: { readonly version: string; readonly commands: CommandTable; readonly io: Io },
): Promise<number> {
  const { version, commands, io } = options;
  const invocation = await parseCommandLine(args, { version, columns: io.columns(), commands });
  if (!invocation.ok) {
    io.stderr(invocation.error);
    return 64;
  }
  if (invocation.value.kind === 'print') {
    io.stdout(invocation.value.text);
    return 0;
  }
  try {
    return await invocation.value.run(io);
  } catch (error) {
    // Expected trouble is a value everywhere below: what arrives here is a broken promise of the code.
    io.stderr(`mlbroute: internal error, please report it:\n${error instanceof Error ? error.stack : String(error)}\n`);
    return 70;
  }
}
