import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import type { Connection, Session } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/deploy/deployment.ts';
import { rollOut } from '../../../src/deploy/rollout.ts';
import { secret } from '../../../src/domain/host.ts';
import { createConnect } from '../../../src/transport/connect.ts';
import { deploymentOf, surroundingsOf } from '../deploying.ts';
import { sampleFiles, sampleState } from '../sample-state.ts';
import { type FaultNode, shortDeadlines, startFaultNode } from './fault-node.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import { pushDeployment, tell } from './faulted-push.ts';

type Stage = 'greeting' | 'auth' | 'channel' | 'exec' | 'output';

const hostKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;

let node: FaultNode;
beforeAll(async () => {
  node = await startFaultNode();
});
afterAll(() => node.stop());

/** A server that is polite up to a stage, and then says nothing any more. */
function startSilentServer(stage: Stage): TcpServer {
  const open = new Set<Socket>();
  const server = stage === 'greeting' ? createServer() : tcpOf(stage);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  const { close } = server;
  server.close = (done) => {
    for (const socket of open) socket.destroy();
    return close.call(server, done);
  };
  return server.listen(0, '127.0.0.1');
}

function tcpOf(stage: Exclude<Stage, 'greeting'>): TcpServer {
  const ssh = new ssh2.Server({ hostKeys: [hostKey] }, (client: Connection) => {
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (stage !== 'auth') context.accept();
    });
    client.on('session', (accept: () => Session) => {
      if (stage === 'channel') return;
      accept().on('exec', (acceptExec) => {
        if (stage === 'output') acceptExec();
      });
    });
  });
  return createServer((socket) => ssh.injectSocket(socket));
}

describe('a host that accepts connections and then hangs', () => {
  const stages: readonly (readonly [FaultId, Stage, RegExp])[] = [
    ['silent-greeting', 'greeting', /no SSH greeting and key exchange/],
    ['silent-auth', 'auth', /login as root did not end/],
    ['silent-channel', 'channel', /the host opened no channel/],
    ['silent-exec', 'exec', /the host opened no channel/],
    ['silent-output', 'output', /no shell was ready for root/],
  ];
  for (const [id, stage, message] of stages)
    it(titleOf(id), async () => {
      const server = startSilentServer(stage);
      await new Promise((resolve) => server.once('listening', resolve));
      const place = server.address();
      if (place === null || typeof place === 'string') throw new Error('no port');
      const good = deploymentOf(node, sampleState, sampleFiles);
      const hanging: Deployment = {
        ...good,
        connection: {
          ...node.connection,
          ...{ address: '127.0.0.1', port: place.port, proxyCommand: null, hostKeyChecking: 'off' },
          ...{ password: secret('any'), privateKeyFiles: [] },
        },
      };
      const connect = createConnect({
        ...{ homeDirectory: '/nonexistent', agentSocket: null, acceptNew: false, deadlines: shortDeadlines },
      });
      const began = performance.now();
      const [bad, fine] = await rollOut([hanging, good], 2, (deployment) =>
        pushDeployment(deployment, surroundingsOf(connect), 20),
      );
      expect(performance.now() - began).toBeLessThan(15_000);
      expect(bad).toMatchObject({ status: 'unreachable', because: { message: expect.stringMatching(message) } });
      expect(fine?.status).toBe('changed');
      server.close();
      tell(id, bad === undefined ? [] : [bad.status]);
      await pushDeployment(
        deploymentOf(node, { ...sampleState, routes: [], rules: [], chains: [], sysctls: [] }, []),
        surroundingsOf(node.enter),
        20,
      );
    });
});
