import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Network interfaces, and what comes before a program that is to see them. */
export type Wires = { readonly enter: readonly string[]; readonly interfaces: readonly string[] };

/** By the port of a client, the interfaces, with the VLAN after a dot, where answers to its SYN came in from a node. */
export type Ways = ReadonlyMap<number, ReadonlySet<string>>;

/** Listens to services on port 80 by tcpdump. Throws with what it says where it cannot, or where it missed frames. */
export async function listen({ enter, interfaces }: Wires): Promise<{ ways: () => Ways; stop: () => Promise<Ways> }> {
  const ears = await Promise.all(interfaces.map((name) => listenTo(enter, name)));
  const ways = () => waysOf(ears.flatMap((ear) => ear.frames()));
  return {
    ways,
    stop: async () => {
      await Promise.all(ears.map((ear) => ear.stop()));
      return ways();
    },
  };
}

async function listenTo(enter: readonly string[], name: string) {
  // `vlan` shifts the offsets of what follows it, so the untagged frames come first (pcap-filter(7)). -Q in: what the node sends.
  // A few bytes of each: with whole frames the kernel's ring has room for eight.
  const options = ['-i', name, '-Q', 'in', '-e', '-n', '-l', '--immediate-mode', '-s', '128'];
  const [program = '', ...args] = [...enter, 'tcpdump', ...options, 'tcp src port 80 or (vlan and tcp src port 80)'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const said = { frames: '', errors: '' };
  child.stdout.on('data', (text: Buffer) => {
    said.frames += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    said.errors += text;
  });
  for (let tries = 0; !said.errors.includes('listening on'); tries++) {
    if (child.exitCode !== null || tries > 1000) throw new Error(`tcpdump on ${name}: ${said.errors}`);
    await sleep(10);
  }
  return {
    frames: () => said.frames.split('\n').map((line) => `${name}: ${line}`),
    stop: async () => {
      child.kill('SIGINT');
      await closed;
      if (!/^0 packets dropped by kernel/m.test(said.errors)) throw new Error(`tcpdump on ${name}: ${said.errors}`);
    },
  };
}

function waysOf(frames: readonly string[]): Ways {
  const ways = new Map<number, Set<string>>();
  for (const frame of frames) {
    const [, name, vlan, port] =
      /^([^:]+):.*?(?: vlan (\d+),.*)? \S+\.80 > \S+\.(\d+): Flags \[S\.\]/.exec(frame) ?? [];
    if (name === undefined) continue;
    const way = vlan === undefined ? name : `${name}.${vlan}`;
    ways.set(Number(port), (ways.get(Number(port)) ?? new Set()).add(way));
  }
  return ways;
}
