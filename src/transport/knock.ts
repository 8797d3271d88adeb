import { connect } from 'node:net';
import type { Endpoint } from '../domain/endpoint.ts';
import { formatEndpoint } from '../domain/endpoint.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { explainConnectError } from './socket.ts';

/** Opens a TCP connection from this machine and closes it again at once; gives the milliseconds until it was there. */
export function knock(endpoint: Endpoint, patienceMs: number): Promise<Result<number, Failure>> {
  const place = formatEndpoint(endpoint);
  const beganMs = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.address, port: endpoint.port });
    const end = (result: Result<number, Failure>) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => end(err({ kind: 'timeout', message: `${place}: no TCP connection`, afterMs: patienceMs })),
      patienceMs,
    );
    socket.once('connect', () => end(ok(performance.now() - beganMs)));
    socket.once('error', (error) => end(err(explainConnectError(error, place))));
  });
}
