// The only door to ssh2, with agents.ts, channel.ts, key-file.ts and pipelining.ts.
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Algorithms, AnyAuthMethod, AuthHandlerMiddleware, KeyboardInteractiveAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import { unreachable } from '../domain/result.ts';
import { lockedKeyAgent, openAgent } from './agents.ts';
import { type Channel, openChannel } from './channel.ts';
import type { Credential } from './credentials.ts';
import { errorText } from './error-code.ts';
import { openForward } from './forward.ts';
import { parsedKey } from './key-file.ts';
import { createOffers, type Offer, type OfferListener } from './offers.ts';
import { pipelineLogin } from './pipelining.ts';

// Of its exports, Node.js sees only some by name: it is CommonJS and gathers them at run time.
const { Client } = ssh2;

/** How far a login has come. */
export type LoginPhase = 'handshake' | 'auth' | 'ready';

/** What a connection tells while it lives. */
export type LoginListener = OfferListener & {
  /** Waits for a person from now on, or no longer: no deadline counts meanwhile. */
  readonly onPerson: (isAwaited: boolean) => void;
  readonly onPhase: (phase: LoginPhase) => void;
  /** Something went wrong; `onEnd` follows. */
  readonly onTrouble: (reason: string) => void;
  /** The connection is gone; comes once, and last. */
  readonly onEnd: () => void;
};

/** What a login needs. */
export type LoginRequest = {
  readonly stream: Duplex;
  readonly user: string;
  readonly offers: readonly Credential[];
  readonly algorithms: {
    readonly [K in 'kex' | 'cipher' | 'hmac' | 'serverHostKey']: readonly string[];
  };
  /** Judges the host's public key, in wire format. */
  readonly isTrusted: (key: Buffer) => Promise<boolean>;
};

/** An SSH connection; usable once `onPhase('ready')` came. */
export type SshConnection = {
  /** Starts a command on a channel of its own. Rejects with the reason where the host or the connection does not allow it. */
  readonly exec: (command: string) => Promise<Channel>;
  /** Opens a TCP connection from the host on. Rejects with the reason where the host cannot, or does not allow it. */
  readonly forward: (address: string, port: number) => Promise<Duplex>;
  /** Says goodbye. */
  readonly end: () => void;
};

/** A host that answers none of three pings sent this far apart is gone, though TCP may not know it yet. */
const pingIntervalMs = 10_000;

/** Starts to log in over a stream; how it goes is told to the listener. */
export function startLogin(request: LoginRequest, listener: LoginListener): SshConnection {
  const client = new Client();
  let phase: LoginPhase = 'handshake';
  const enter = (next: LoginPhase) => {
    phase = next;
    listener.onPhase(next);
  };
  const queue = request.offers.flatMap((offer) => methodsOf(offer, request.user, listener.onPerson));
  const offers = createOffers(queue, listener);
  client.on('handshake', () => {
    // Also comes after each later key exchange.
    if (phase === 'handshake') enter('auth');
  });
  client.on('ready', () => enter('ready'));
  // Stays for the connection's life: an 'error' without a listener would end the process.
  client.on('error', (error) => {
    // After these two ssh2 goes on with the next offer by itself; when none is left, `onExhausted` has told it.
    if (error.level === 'agent') offers.noteReason(errorText(error));
    else if (error.level !== 'client-authentication') listener.onTrouble(errorText(error));
  });
  client.on('end', () => request.stream.destroy());
  client.on('close', () => listener.onEnd());
  client.connect({
    sock: request.stream,
    username: request.user,
    readyTimeout: 0,
    keepaliveInterval: pingIntervalMs,
    algorithms: { ...request.algorithms, compress: ['none'] } as Algorithms,
    hostVerifier: (key: Buffer, verify: (isTrusted: boolean) => void) => void request.isTrusted(key).then(verify),
    authHandler: offers.next as AuthHandlerMiddleware,
  });
  pipelineLogin(client);
  return {
    exec: (command) => openChannel(client, command),
    forward: (address, port) => openForward(client, address, port),
    end: () => {
      client.end();
      // The kernel brings the goodbye to the host, however long the way; nobody need wait for the answer.
      if (request.stream instanceof Socket) request.stream.destroySoon();
    },
  };
}

function methodsOf(offer: Credential, username: string, onPerson: LoginListener['onPerson']): Offer<AnyAuthMethod>[] {
  const { label } = offer;
  switch (offer.kind) {
    case 'key-file':
      return [
        { label, wireName: 'publickey', method: () => ({ type: 'publickey', username, key: parsedKey(offer.data) }) },
      ];
    case 'locked-key': {
      const method: Offer<AnyAuthMethod>['method'] = (noteReason) => ({
        type: 'agent',
        username,
        agent: lockedKeyAgent(offer, { onPerson, noteReason }),
      });
      return [{ label, wireName: 'publickey', method }];
    }
    case 'agent': {
      const method: Offer<AnyAuthMethod>['method'] = (noteReason) => ({
        type: 'agent',
        username,
        agent: openAgent(offer, noteReason),
      });
      return [{ label, wireName: 'publickey', method }];
    }
    case 'password': {
      const password = offer.password.reveal();
      // Servers with PAM often take a password only as the answer to a question.
      const prompt: KeyboardInteractiveAuthMethod['prompt'] = (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(({ echo }) => (echo ? '' : password)));
      return [
        { label, wireName: 'password', method: () => ({ type: 'password', username, password }) },
        {
          label: `${label} as an answer`,
          wireName: 'keyboard-interactive',
          method: () => ({ type: 'keyboard-interactive', username, prompt }),
        },
      ];
    }
    default:
      return unreachable(offer);
  }
}
