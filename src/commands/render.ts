import { cloudInit } from '../documents/cloud-init.ts';
import { ignition } from '../documents/ignition.ts';
import { nmstate } from '../documents/nmstate.ts';
import { talos } from '../documents/talos.ts';
import { describeFailure, type Failure } from '../domain/outcome.ts';
import type { Result } from '../domain/result.ts';
import { count } from '../report/count.ts';
import { hostsWords } from '../report/fold.ts';
import { groupBy } from '../report/group.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { InventoryOptions } from './options.ts';
import { type RenderedHost, renderHost } from './rendered-host.ts';
import { load } from './session.ts';
import { documentWriter, sayingWriter } from './write-document.ts';
import { writeTree } from './write-tree.ts';

/**
 * `files`: the tree of each host; `script`: a program that brings a host there by itself; `cloud-init` and `ignition` bring that program to new
 * machines; `talos` and `nmstate` say in their own words what they can.
 */
export type RenderFormat = 'files' | 'script' | 'cloud-init' | 'ignition' | 'talos' | 'nmstate';

export type RenderOptions = InventoryOptions & { readonly out: string; readonly as?: RenderFormat };

/** Writes what one host gets into a folder. */
export type WriteHost = (out: string, host: RenderedHost) => Promise<Result<Written, readonly Failure[]>>;

/** How many files, and what they leave to be done by other means. */
export type Written = { readonly files: number; readonly besides: readonly string[] };

const writers: { readonly [format in RenderFormat]: WriteHost } = {
  files: writeTree,
  script: documentWriter('sh', 0o755, (script) => script),
  'cloud-init': documentWriter('cloud-init.yaml', 0o644, cloudInit),
  ignition: documentWriter('ign', 0o644, ignition),
  talos: sayingWriter('talos.yaml', talos),
  nmstate: sayingWriter('nmstate.yaml', nmstate),
};

/** `mlbroute render`: what every host would get, without asking any host; what is not known is assumed and said. Exit code 1 where it makes no sense on a host. */
export async function render(options: RenderOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const { hosts, templates } = loaded.value;
  const write = writers[options.as ?? 'files'];
  let files = 0;
  let refused = 0;
  const said: { readonly host: string; readonly saying: string }[] = [];
  for (const host of hosts) {
    const rendered = renderHost(host, templates);
    const written = rendered.ok ? await write(options.out, rendered.value) : rendered;
    const sayings = rendered.ok ? decisionWords(rendered.value) : [];
    if (written.ok) {
      files += written.value.files;
      sayings.push(...written.value.besides.map((each) => `by other means: ${each}`));
    } else {
      refused++;
      sayings.push(...written.error.map(describeFailure));
    }
    for (const saying of new Set(sayings)) said.push({ host: host.name, saying });
  }
  // What is true of many hosts is said once.
  for (const group of groupBy(said, ({ saying }) => saying))
    io.stderr(`${hostsWords(group.map(({ host }) => host))}: ${group[0].saying}\n`);
  io.stderr(`${count(files, 'file')} of ${count(hosts.length - refused, 'host')} in ${options.out}\n`);
  return refused > 0 ? 1 : 0;
}

function decisionWords({ state, warnings }: RenderedHost): string[] {
  return [
    ...state.decisions.map(({ network, returnPath, reason }) => `network ${network}: ${returnPath}: ${reason}`),
    ...warnings.map(({ message, hint }) => `warning: ${message}${hint === null ? '' : ` (${hint})`}`),
  ];
}
