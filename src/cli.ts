#!/usr/bin/env node
import type { CommandTable } from './cli/command-table.ts';
import { processIo } from './commands/io.ts';
import { packageVersion } from './commands/package-version.ts';

const commands: CommandTable = {
  push: async () => (await import('./commands/push.ts')).push,
  bootstrap: async () => (await import('./commands/bootstrap.ts')).bootstrap,
  rollback: async () => (await import('./commands/rollback.ts')).rollback,
  remove: async () => (await import('./commands/remove.ts')).remove,
  listPlaybook: async () => (await import('./commands/list-playbook.ts')).listPlaybook,
  plan: async () => (await import('./commands/plan.ts')).plan,
  audit: async () => (await import('./commands/audit.ts')).audit,
  verify: async () => (await import('./commands/verify.ts')).verify,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  explain: async () => (await import('./commands/explain.ts')).explain,
  render: async () => (await import('./commands/render.ts')).render,
  schema: async () => (await import('./commands/schema.ts')).schema,
  init: async () => (await import('./commands/init.ts')).init,
  demo: async () => (await import('./commands/demo.ts')).demo,
  inventoryList: async () => (await import('./commands/inventory.ts')).inventoryList,
  inventoryGraph: async () => (await import('./commands/inventory.ts')).inventoryGraph,
  inventoryHost: async () => (await import('./commands/inventory.ts')).inventoryHost,
  inventoryHosts: async () => (await import('./commands/inventory.ts')).inventoryHosts,
  inventoryVar: async () => (await import('./commands/inventory.ts')).inventoryVar,
  inventoryImport: async () => (await import('./commands/inventory-import.ts')).inventoryImport,
  completion: async () => (await import('./commands/completion.ts')).completion,
  reportMerge: async () => (await import('./commands/report-merge.ts')).reportMerge,
  labUp: async () => (await import('./commands/lab.ts')).labUp,
  labDown: async () => (await import('./commands/lab.ts')).labDown,
  labStatus: async () => (await import('./commands/lab.ts')).labState,
  labSsh: async () => (await import('./commands/lab.ts')).labSsh,
  labReboot: async () => (await import('./commands/lab.ts')).labReboot,
  labInventory: async () => (await import('./commands/lab.ts')).labInventory,
};

const args = process.argv.slice(2);
const version = await packageVersion();

// The version is what scripts ask for before anything else: they need not wait for yargs.
if (args.length === 1 && args[0] === '--version') process.stdout.write(`${version}\n`);
// Shells ask this at every key that completes: it does not wait for yargs either.
else if (args[0] === '__complete') {
  const { completionOf } = await import('./cli/completion.ts');
  const { complete } = await import('./commands/complete.ts');
  process.exitCode = await complete(completionOf(args.slice(1)), processIo());
} else {
  const { main } = await import('./cli/main.ts');
  // Not process.exit: it would cut off what a pipe has not taken yet.
  process.exitCode = await main(args, { version, commands, io: processIo() });
}
