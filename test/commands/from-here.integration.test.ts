import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { askFromHere, tellFromHere } from '../../src/commands/from-here.ts';
import type { IpAddress } from '../../src/domain/address.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { run } from './test-io.ts';

const loopback = '127.0.0.1' as IpAddress;
const servers = new Set<Server>();
const close = (server: Server) => new Promise((resolve) => server.close(resolve));
afterEach(async () => {
  await Promise.all([...servers].map(close));
  servers.clear();
});

/** A server on a port of the loopback that the kernel chose. */
async function listening(): Promise<{ readonly server: Server; readonly endpoint: Endpoint }> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  return { server, endpoint: { address: loopback, port: (server.address() as AddressInfo).port } };
}

/** A port where somebody listens until the test ends. */
async function openPort(): Promise<Endpoint> {
  const { server, endpoint } = await listening();
  servers.add(server);
  return endpoint;
}

/** A port where nobody listens any more. */
async function shutPort(): Promise<Endpoint> {
  const { server, endpoint } = await listening();
  await close(server);
  return endpoint;
}

/** Exits with 2 where something does not answer. */
const ask = (endpoints: readonly Endpoint[], output: 'text' | 'json') =>
  run(async (_options, io) => {
    const reports = tellFromHere(await askFromHere(endpoints), output, io);
    return reports.every(({ trouble }) => trouble === null) ? 0 : 2;
  }, {});

it('tells of what answers and of what does not, and is content only where all answer', async () => {
  const open = await openPort();
  const shut = await shutPort();
  expect(await ask([open], 'json')).toMatchObject({
    exitCode: 0,
    stdout: `{"kind":"from-here","endpoint":"127.0.0.1:${open.port}","trouble":null}\n`,
  });
  const both = await ask([open, shut], 'text');
  expect(both.exitCode).toBe(2);
  expect(both.stdout).toMatch(
    /^From here: 127\.0\.0\.1:\d+ answers, after \d+ ms\.\nFrom here: .*: connection refused.*\n$/,
  );
  expect(both.stdout).toContain(`127.0.0.1:${shut.port}: connection refused`);
});

it('asks nobody and says nothing where nothing was asked for', async () => {
  expect(await ask([], 'text')).toMatchObject({ exitCode: 0, stdout: '' });
});
