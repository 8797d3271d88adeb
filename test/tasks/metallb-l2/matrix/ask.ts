import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, Client, Method, Outcome } from './cells.ts';
import { type MatrixService, services } from './services.ts';
import { listen, type Wires } from './wire.ts';

/** Where a script runs: at a client beyond the nodes' default gateway, at one beyond the router of the VIPs, … */
export type Place = 'beyond-default' | 'client' | 'onlink' | 'router' | 'n1' | 'n2';

/** Two nodes, the router, and clients, wherever they run. */
export type Topology = {
  /** Runs a shell script as root and gives its output, whatever its exit code. */
  readonly run: (place: Place, script: string) => Promise<string>;
  /** The other ends of the announcing node's network cards. */
  readonly wires: Wires;
  /** Where replies of a method are to be seen: an interface of those, with the VLAN after a dot. */
  readonly wayOf: Readonly<Record<Method, string>>;
};

/** Addresses of the client beyond the default gateway, which its place has beside others. */
export const beyondDefault = { ipv4: '198.51.100.10', ipv6: '2001:db8:198::10' } as const;

/** Asks all of these cells' questions with real packets, at once, while it listens to the announcing node's wires. */
export async function askAll(
  topology: Topology,
  cells: readonly Cell[],
  patienceS = 8,
): Promise<ReadonlyMap<Cell, Outcome>> {
  const questions = cells.map((cell) => ({ cell, service: serviceOf(cell), port: nextPort() }));
  const ear = await listen(topology.wires);
  const lines = await Promise.all(
    [...new Set(cells.map(placeOf))].map(async (place) => {
      const here = questions.filter(({ cell }) => placeOf(cell) === place);
      return topology.run(place, scriptOf(here, patienceS));
    }),
  );
  const answers = new Map(
    lines
      .join('\n')
      .split('\n')
      .map((line) => /^(\d+) (.*)$/.exec(line) ?? [])
      .map(([, port, answer]) => [Number(port), answer ?? '']),
  );
  const isSeen = ({ cell, port }: Question) => !isOnWire(cell) || !answers.get(port) || ear.ways().has(port);
  for (let waitedMs = 0; waitedMs < 5000 && !questions.every(isSeen); waitedMs += 50) await sleep(50);
  const ways = await ear.stop();
  return new Map(
    questions.map(({ cell, service, port }) => [
      cell,
      judge(cell, service, { answer: answers.get(port) ?? '', ways: ways.get(port) ?? new Set() }, topology),
    ]),
  );
}

type Question = { readonly cell: Cell; readonly service: MatrixService; readonly port: number };
type Seen = { readonly answer: string; readonly ways: ReadonlySet<string> };

function judge(cell: Cell, service: MatrixService, { answer, ways }: Seen, { wayOf }: Topology): Outcome {
  const right = isOnWire(cell) ? [wayOf[cell.method]] : [];
  if ([...ways].some((way) => !right.includes(way))) return 'astray';
  if (answer === '') return 'lost';
  if (!answer.startsWith(`${service.answers} `)) return 'wrong';
  return ways.size === right.length ? 'ok' : 'unseen';
}

/** What pods and nodes ask is proxied where they are: no reply to them has the service's address on the wire. */
function isOnWire({ client }: Cell): boolean {
  return client === 'outside' || client === 'on-link';
}

function serviceOf({ method, family, backend }: Cell): MatrixService {
  const found = services.find(
    (service) => service.method === method && service.family === family && service.backend === backend,
  );
  if (found === undefined) throw new Error(`no service ${method} ${family} ${backend}`);
  return found;
}

function placeOf({ client, method }: Cell): Place {
  const places: Readonly<Record<Client, Place>> = {
    outside: method === 'none' ? 'beyond-default' : 'client',
    'on-link': method === 'none' || method === 'onlink' ? 'onlink' : 'router',
    ...({ pod: 'n1', 'other-pod': 'n2', node: 'n1', 'other-node': 'n2' } as const),
  };
  return places[client];
}

/** A line `<port> <answer>` for each; sixteen at once, since a small node has little memory. */
function scriptOf(questions: readonly Question[], patienceS: number): string {
  const lines = questions.map(({ cell, service, port }, i) => {
    const target = cell.family === 'ipv6' ? `TCP6:[${service.vip}]` : `TCP4:${service.vip}`;
    const isBound = cell.client === 'outside' && cell.method === 'none';
    const from = cell.family === 'ipv6' ? `[${beyondDefault.ipv6}]` : beyondDefault.ipv4;
    const bound = `sourceport=${port},reuseaddr${isBound ? `,bind=${from}` : ''}`;
    const enter = cell.client === 'pod' || cell.client === 'other-pod' ? 'ip netns exec p2 ' : '';
    const ask = `${enter}socat -u -T10 ${target}:${service.port},connect-timeout=${patienceS},${bound} STDOUT 2>/dev/null`;
    return `(answer=$(${ask}); echo "${port} $answer") &${i % 16 === 15 ? '\nwait' : ''}`;
  });
  return `${lines.join('\n')}\nwait\n`;
}

let lastPort = 2000;
/** Below the kernel's own range, so that each question has frames of its own. */
function nextPort(): number {
  lastPort = lastPort >= 30_000 ? 2001 : lastPort + 1;
  return lastPort;
}
