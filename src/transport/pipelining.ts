import type { ParsedKey, Client as SshClient } from 'ssh2';

/*
 * What ssh2 does step by step, each with a round trip of its own, said at once: RFC 4252 lets a client send on before the answer is there, and servers
 * take messages in their order. This reaches into ssh2, which has no words for it; so its version is a fixed one.
 */

type Protocol = {
  authPK: (user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign) => void;
  service: (name: string) => void;
  readonly _handlers: { SERVICE_ACCEPT: (protocol: Protocol, name: string) => void };
};
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;
type Insides = { readonly _protocol: Protocol };

/**
 * Spares a login two round trips: it asks for the first way to log in together with the service for it, and signs with a key at hand without asking
 * first whether the host would take it. Keys of an agent are asked about: each signature may cost a person a touch. Call it right after `connect`.
 */
export function pipelineLogin(client: SshClient): void {
  const { _protocol: protocol } = client as unknown as Insides;
  const { authPK, service } = protocol;
  const handlers = protocol._handlers;
  protocol.authPK = (user, key, algorithm, sign) => {
    // What a host says it takes may not have come yet; with SHA-1 nothing is signed here.
    const chosen = algorithm === 'ssh-rsa' ? 'rsa-sha2-256' : algorithm;
    const ask = () => authPK.call(protocol, user, key, chosen, sign);
    if (sign !== undefined || !isPrivate(key)) ask();
    else authPK.call(protocol, user, key, chosen, signer(key, { algorithm: chosen, onTrouble: ask }));
  };
  protocol.service = (name) => {
    service.call(protocol, name);
    const accept = handlers.SERVICE_ACCEPT;
    handlers.SERVICE_ACCEPT = () => {};
    // The rest of the packet that ended the handshake comes first.
    setImmediate(() => accept(protocol, name));
  };
}

/** A key that cannot sign is left to ssh2, which asks the host about it and then tells what is wrong. */
function signer(
  key: ParsedKey,
  { algorithm, onTrouble }: { readonly algorithm: string | undefined; readonly onTrouble: () => void },
): Sign {
  const hash = algorithm?.startsWith('rsa-sha2-') ? algorithm.replace('rsa-sha2-', 'sha') : undefined;
  return (data, done) => {
    const signature: Buffer | Error = key.sign(data, hash);
    if (signature instanceof Error) onTrouble();
    else done(signature);
  };
}

/** What an agent gives may be less than a key. */
function isPrivate(key: Partial<ParsedKey>): boolean {
  return key.isPrivateKey?.() ?? false;
}
