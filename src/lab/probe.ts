import { runCommand } from './host-command.ts';
import type { Lab } from './lab-state.ts';
import { inNamespace } from './namespace.ts';
import { exec } from './node-shell.ts';
import { labNetwork } from './topology.ts';

/** Where a request comes from: outside, the node LAN, the gateway of the VIPs' own network, a pod, a node. */
export type ProbeFrom = 'client' | 'onlink' | 'router' | { readonly pod: string } | { readonly node: string };

/** What came of a request: the server's line, e.g. `pod n1 peer 203.0.113.10`, or why there is none. */
export type ProbeResult =
  | { readonly ok: true; readonly answer: string }
  | { readonly ok: false; readonly error: string };

/** One request over TCP. */
export type Probe = {
  readonly from: ProbeFrom;
  readonly vip: string;
  /** Default 80. */
  readonly port?: number;
  /** The client's port, to tell this request's frames from another's; default: the kernel's choice. */
  readonly sourcePort?: number;
};

const timeoutSeconds = 2;
/** Once there is a connection the way back works; a busy machine may take longer to say something. */
const answerSeconds = 5;

/** Connects from a place in the lab to a VIP and reads the server's line. No connection within 2 s is an answer too, not an exception. */
export async function probe(lab: Lab, { from, vip, port = 80, sourcePort }: Probe): Promise<ProbeResult> {
  const bound = sourcePort === undefined ? '' : `,sourceport=${sourcePort},reuseaddr`;
  const request = [
    'socat',
    '-u',
    `-T${answerSeconds}`,
    `TCP4:${vip}:${port},connect-timeout=${timeoutSeconds}${bound}`,
    'STDOUT',
  ];
  const { stdout, stderr, code } = await ask(lab, from, request);
  const answer = stdout.trim();
  if (answer !== '') return { ok: true, answer };
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return {
    ok: false,
    error:
      /(Connection timed out|Connection refused|No route to host|Network is unreachable)/.exec(said)?.[1] ??
      (said || (code === 0 ? 'connected, but no answer' : `no answer (exit ${code})`)),
  };
}

function ask(lab: Lab, from: ProbeFrom, request: readonly string[]) {
  const timeoutMs = (timeoutSeconds + answerSeconds + 8) * 1000;
  if (from === 'client' || from === 'onlink') return runCommand(inNamespace(lab, from, request), { timeoutMs });
  if (from === 'router') return askRouter(lab, request, timeoutMs);
  // `request` has no character a shell would read.
  if ('pod' in from) return exec(lab, from.pod, `ip netns exec p2 ${request.join(' ')}`, { timeoutMs });
  return exec(lab, from.node, request.join(' '), { timeoutMs });
}

/** The router has a plain shell on a port of the node LAN, and no exit codes: its error text comes after a mark. */
async function askRouter(lab: Lab, request: readonly string[], timeoutMs: number) {
  const shell = `TCP4:${labNetwork.router.lan}:${labNetwork.router.shellPort},connect-timeout=5`;
  const result = await runCommand(
    inNamespace(lab, 'switch', ['socat', `-t${timeoutSeconds + answerSeconds + 3}`, '-', shell]),
    {
      stdin: `${request.join(' ')} 2>/run/error.$$; echo; echo ---; cat /run/error.$$; rm /run/error.$$\n`,
      timeoutMs,
    },
  );
  const [stdout = '', stderr = ''] = result.stdout.split('\n---\n');
  return { ...result, stdout, stderr: stderr || result.stderr };
}
