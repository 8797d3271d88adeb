import type { ContactSurroundings } from '../deploy/first-contact.ts';
import { createConnect } from '../transport/connect.ts';
import type { OwnKeys } from '../transport/own-key.ts';
import type { UnknownKey } from '../transport/session.ts';
import type { Io } from './io.ts';
import { loadNodeProgram } from './node-programs.ts';
import { connectOptions, realSurroundings } from './surroundings.ts';

/** The outside world of a first contact. */
export type Contact = {
  readonly surroundings: ContactSurroundings;
  /** Where the user's keys are. */
  readonly keyring: OwnKeys;
  /** The keys that hosts showed and nobody knows, since the last call. */
  readonly takeUnknownKeys: () => readonly UnknownKey[];
};

/** Opens the outside world of a first contact: keys that nobody knows are kept instead of only refused. */
export async function openContact({ acceptNew }: { readonly acceptNew: boolean }, io: Io): Promise<Contact> {
  const keyring = connectOptions(io, acceptNew);
  let shown: readonly UnknownKey[] = [];
  const onUnknownKey = (key: UnknownKey) => {
    shown = [...shown, key];
  };
  const real = await realSurroundings(io, acceptNew, (event) => {
    if (event.kind === 'step') io.stderr(`${event.host}: ${event.text}\n`);
  });
  return {
    keyring,
    surroundings: {
      ...real,
      connect: createConnect({ ...keyring, onUnknownKey }),
      contactProgram: await loadNodeProgram('first-contact'),
    },
    takeUnknownKeys: () => {
      const taken = shown;
      shown = [];
      return taken;
    },
  };
}
