import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A long way to one host, which tells how often something went there and back. */
export type DelayedLink = {
  /** On 127.0.0.1: whoever connects there is at the far end of the way. */
  readonly port: number;
  /**
   * The round trips that the near end has waited for, over all its connections. What is sent at once counts once, however many packets it is:
   * only what had to wait for an answer makes one more. Opening a connection is one.
   */
  readonly roundTrips: () => number;
  readonly stop: () => void;
};

/**
 * Puts a way of so many milliseconds, each way, before a host; `open` makes a new connection to it. The delay must be longer than either end takes
 * to answer, or its round trips are not told apart: each packet carries the number of round trips that came before it, as in Lamport's clock.
 */
export async function startDelayedLink(open: () => Duplex, oneWayMs: number): Promise<DelayedLink> {
  let near = 0;
  const sockets = new Set<Duplex>();
  const server = createServer({ noDelay: true }, (client) => relay(client));
  const relay = (client: Socket) => {
    sockets.add(client);
    client.pause();
    const began = near + 1;
    let far = began;
    const send = lane(oneWayMs);
    const receive = lane(oneWayMs);
    const join = (host: Duplex) => {
      sockets.add(host);
      host.on('data', (chunk) => {
        const trips = far + 1;
        receive(() => {
          near = Math.max(near, trips);
          client.write(chunk);
        });
      });
      host.on('end', () => receive(() => client.end()));
      host.on('close', () => receive(() => client.destroy()));
      host.on('error', () => {});
      return host;
    };
    client.on('error', () => {});
    // A connection is there for the one who asked after a round trip; the other one knows when the first packet comes.
    setTimeout(() => {
      near = Math.max(near, began);
      let host: Duplex | null = null;
      send(() => {
        host = join(open());
      });
      client.on('data', (chunk) => {
        const trips = near;
        send(() => {
          far = Math.max(far, trips);
          host?.write(chunk);
        });
      });
      client.on('end', () => send(() => host?.end()));
      client.on('close', () => send(() => host?.destroy()));
      client.resume();
    }, 2 * oneWayMs);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port for the delayed link');
  return {
    port: address.port,
    roundTrips: () => near,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Does one thing after another, each so much later than it was asked. */
function lane(delayMs: number): (work: () => void) => void {
  const queue: (() => void)[] = [];
  return (work) => {
    queue.push(work);
    setTimeout(() => queue.shift()?.(), delayMs);
  };
}
