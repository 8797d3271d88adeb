import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { askFromHere } from '../../src/commands/from-here.ts';
import type { IpAddress } from '../../src/domain/address.ts';
import type { Endpoint } from '../../src/domain/endpoint.ts';
import { run } from './test-io.ts';

const loopback = '127.0.0.1' as IpAddress;
let server: Server | null = null;
afterEach(() => new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve))));

/** A port of the loopback where somebody listens. */
async function listening(): Promise<Endpoint> {
  const opened = createServer((socket) => socket.end());
  server = opened;
  await new Promise<void>((resolve) => opened.listen(0, loopback, resolve));
  return { address: loopback, port: (opened.address() as AddressInfo).port };
}

const ask = (endpoints: readonly Endpoint[], output: 'text' | 'json') =>
  run(async (_options, io) => ((await askFromHere(endpoints, output, io)) ? 0 : 2), {});

it('tells of what answers and of what does not, and is content only where all answer', async () => {
  const open = await listening();
  // Nobody listens on port 1 of the loopback.
  const shut = { address: loopback, port: 1 };
  expect(await ask([open], 'json')).toMatchObject({
    exitCode: 0,
    stdout: `{"kind":"from-here","endpoint":"127.0.0.1:${open.port}","trouble":null}\n`,
  });
  const both = await ask([open, shut], 'text');
  expect(both.exitCode).toBe(2);
  expect(both.stdout).toMatch(
    /^From here: 127\.0\.0\.1:\d+ answers, after \d+ ms\.\nFrom here: .*127\.0\.0\.1:1: connection refused.*\n$/,
  );
});

it('asks nobody and says nothing where nothing was asked for', async () => {
  expect(await ask([], 'text')).toMatchObject({ exitCode: 0, stdout: '' });
});
