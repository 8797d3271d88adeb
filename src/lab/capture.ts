import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostEnvironment } from './host-command.ts';
import { labError } from './lab-error.ts';
import { type Lab, nodeOf } from './lab-state.ts';
import { inNamespace } from './namespace.ts';
import { type Probe, type ProbeResult, probe } from './probe.ts';
import { labServices } from './services.ts';

/** How a node's replies to one request left its network card. */
export type CapturedReplies = {
  readonly repliesTagged: number;
  readonly repliesUntagged: number;
  /** The VLAN of the tagged ones. */
  readonly vlan?: number;
};

/**
 * Probes while it listens, outside the node, to the frames the node sends: TCP from the VIP to this request. `node` is by default the one that announces the VIP.
 * Throws a LabError if it cannot listen.
 */
export async function probeCaptured(
  lab: Lab,
  request: Probe & { readonly node?: string },
): Promise<ProbeResult & CapturedReplies> {
  const announcer = labServices(lab.nodes).find((service) => service.vip === request.vip)?.announcedBy;
  const name = request.node ?? announcer;
  if (name === undefined)
    throw labError(`no service of the lab has the address ${request.vip}`, 'say which node to watch');
  const sourcePort = nextSourcePort();
  const stop = await watch(lab, nodeOf(lab, name).tap, { vip: request.vip, sourcePort });
  let result: ProbeResult;
  let frames: readonly string[];
  try {
    result = await probe(lab, { ...request, sourcePort });
    // The last frames are on their way to tcpdump.
    await sleep(150);
  } finally {
    frames = await stop();
  }
  return { ...result, ...countReplies(frames) };
}

let probesCaptured = 0;

/** Below the kernel's own range, and apart from what another process on this machine is likely to use. */
function nextSourcePort(): number {
  probesCaptured += 1;
  return 2000 + ((process.pid * 100 + probesCaptured) % 30_000);
}

/** Counts lines of `tcpdump -e`, one per frame, by tag. */
export function countReplies(frames: readonly string[]): CapturedReplies {
  const tags = frames.map((frame) => /802\.1Q.*? vlan (\d+)/.exec(frame)?.[1]);
  const tagged = tags.filter((tag) => tag !== undefined);
  const counts = { repliesTagged: tagged.length, repliesUntagged: tags.length - tagged.length };
  return tagged[0] === undefined ? counts : { ...counts, vlan: Number(tagged[0]) };
}

/** Starts tcpdump on the host's end of a node's card; the function returned stops it and gives the frames. */
async function watch(
  lab: Lab,
  tap: string,
  request: { vip: string; sourcePort: number },
): Promise<() => Promise<string[]>> {
  // `vlan` shifts the offsets of what follows it, so the untagged frames come first (pcap-filter(7)). -Q in: what the node sends.
  // The port keeps out late retransmissions for an earlier request.
  const reply = `tcp and src host ${request.vip} and dst port ${request.sourcePort}`;
  const filter = `(${reply}) or (vlan and ${reply})`;
  const argv = inNamespace(lab, 'switch', [
    'tcpdump',
    '-i',
    tap,
    '-Q',
    'in',
    '-e',
    '-n',
    '-l',
    '-U',
    '--immediate-mode',
    filter,
  ]);
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env: hostEnvironment() });
  const closed = once(child, 'close');
  let frames = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    frames += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  for (let waitedMs = 0; !said.includes('listening on'); waitedMs += 10) {
    if (child.exitCode !== null || waitedMs > 10_000) {
      child.kill('SIGKILL');
      throw labError(`tcpdump cannot listen on ${tap}: ${said.trim()}`, 'see `mlbroute lab status`');
    }
    await sleep(10);
  }
  return async () => {
    child.kill('SIGINT');
    await closed;
    return frames.split('\n').filter((line) => line !== '');
  };
}
