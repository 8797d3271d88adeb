import type { BaseAgent as Agent, ParsedKey, PublicKeyEntry, SignCallback } from 'ssh2';
import ssh2 from 'ssh2';
import type { Credential } from './credentials.ts';
import { errorText } from './error-code.ts';
import type { Signer } from './locked-key.ts';

const { BaseAgent, createAgent, utils } = ssh2;

/** Takes what happens while a key is asked for. */
type Hear = {
  readonly onPerson: (isAwaited: boolean) => void;
  readonly noteReason: (reason: string) => void;
};

/** An encrypted key as an agent of its own: ssh2 asks an agent to sign only once the host takes the key, so that nobody types in vain. */
class LockedKey extends BaseAgent {
  readonly #offer: Credential & { kind: 'locked-key' };
  readonly #hear: Hear;

  constructor(offer: Credential & { kind: 'locked-key' }, hear: Hear) {
    super();
    this.#offer = offer;
    this.#hear = hear;
  }

  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    const key = utils.parseKey(this.#offer.publicKey);
    if (key instanceof Error) done(key);
    else done(undefined, [key]);
  }

  override sign(
    _: unknown,
    data: Buffer,
    options: { readonly hash?: string } | SignCallback,
    callback?: SignCallback,
  ): void {
    const [hash, done] = typeof options === 'function' ? [undefined, options] : [options.hash, callback];
    const { onPerson, noteReason } = this.#hear;
    onPerson(true);
    const sign = (opened: Signer | string): Buffer | Error =>
      typeof opened === 'string' ? new Error(opened) : opened.sign(data, hash);
    void this.#offer
      .unlock()
      .then(sign, (error: unknown) => new Error(errorText(error)))
      .then((signature) => {
        onPerson(false);
        if (!(signature instanceof Error)) return done?.(undefined, signature);
        noteReason(signature.message);
        return done?.(signature);
      });
  }
}

/** An agent that is one encrypted key. */
export function lockedKeyAgent(offer: Credential & { kind: 'locked-key' }, hear: Hear): Agent {
  return new LockedKey(offer, hear);
}

/** Opens an encrypted private key; null where that is not its passphrase. */
export function openKey(data: Buffer, passphrase: string): Signer | null {
  const key = utils.parseKey(data, passphrase);
  return key instanceof Error ? null : { sign: (text, hash) => key.sign(text, hash) };
}

/** The agent, as if it held only the key asked for. */
export function openAgent(offer: Credential & { kind: 'agent' }, noteReason: (reason: string) => void): Agent {
  const agent = createAgent(offer.socket);
  const wanted = offer.only === null ? null : utils.parseKey(offer.only);
  const getAll = agent.getIdentities.bind(agent);
  agent.getIdentities = (done) =>
    getAll((error, keys) => {
      if (error != null) return done(error);
      const held = (keys ?? []).filter(
        (key) => wanted === null || (!(wanted instanceof Error) && wanted.equals(publicKey(key))),
      );
      noteReason(held.length === 0 ? 'it holds no such key' : `${held.length} of its keys refused`);
      return done(null, held);
    });
  return agent;
}

/** Agents may wrap a key together with its comment. */
function publicKey(held: Buffer | string | ParsedKey | PublicKeyEntry): Buffer | string | ParsedKey {
  if (typeof held === 'string' || !('pubKey' in held)) return held;
  return held.pubKey instanceof Object && 'pubKey' in held.pubKey ? held.pubKey.pubKey : held.pubKey;
}
