import { cloudInit } from '../documents/cloud-init.ts';
import { ignition } from '../documents/ignition.ts';
import { describeFailure, type Failure } from '../domain/outcome.ts';
import type { Result } from '../domain/result.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { InventoryOptions } from './options.ts';
import { type RenderedHost, renderHost } from './rendered-host.ts';
import { load } from './session.ts';
import { documentWriter } from './write-document.ts';
import { writeTree } from './write-tree.ts';

/** `files`: the tree of each host; `script`: a program that brings a host there by itself; the others bring that program to new machines. */
export type RenderFormat = 'files' | 'script' | 'cloud-init' | 'ignition';

export type RenderOptions = InventoryOptions & { readonly out: string; readonly as?: RenderFormat };

/** Writes what one host gets into a folder, and counts the files. */
export type WriteHost = (out: string, host: RenderedHost) => Promise<Result<number, readonly Failure[]>>;

const writers: { readonly [format in RenderFormat]: WriteHost } = {
  files: writeTree,
  script: documentWriter('sh', 0o755, (script) => script),
  'cloud-init': documentWriter('cloud-init.yaml', 0o644, cloudInit),
  ignition: documentWriter('ign', 0o644, ignition),
};

/** `mlbroute render`: what every host would get, without asking any host; what is not known is assumed and said. Exit code 1 where it makes no sense on a host. */
export async function render(options: RenderOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const { hosts, templates } = loaded.value;
  const write = writers[options.as ?? 'files'];
  let files = 0;
  let refused = 0;
  for (const host of hosts) {
    const rendered = renderHost(host, templates);
    if (rendered.ok) tellDecisions(rendered.value, io);
    const written = rendered.ok ? await write(options.out, rendered.value) : rendered;
    if (written.ok) files += written.value;
    else {
      refused++;
      for (const failure of written.error) io.stderr(`${host.name}: ${describeFailure(failure)}\n`);
    }
  }
  io.stderr(`${files} files of ${hosts.length - refused} hosts in ${options.out}\n`);
  return refused > 0 ? 1 : 0;
}

function tellDecisions({ name, state, warnings }: RenderedHost, io: Io): void {
  for (const { network, returnPath, reason } of state.decisions)
    io.stderr(`${name}: network ${network}: ${returnPath}: ${reason}\n`);
  for (const { message, hint } of warnings)
    io.stderr(`${name}: warning: ${message}${hint === null ? '' : ` (${hint})`}\n`);
}
