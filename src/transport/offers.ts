/** A way to log in, as the SSH library wants it. */
export type Offer<Method> = {
  readonly label: string;
  /** What a server calls it (RFC 4252). */
  readonly wireName: string;
  /** Makes the library's form of it; `noteReason` takes what should be told if it fails, if that is more than "refused". */
  readonly method: (noteReason: (reason: string) => void) => Method;
};

/** Told what becomes of offers. */
export type OfferListener = {
  readonly onOffered: (label: string) => void;
  /** What became of an offer that did not suffice, in words. */
  readonly onRefused: (label: string, reason: string) => void;
  /** Nothing is left to offer. */
  readonly onExhausted: () => void;
};

/**
 * Gives one offer after the other, leaving out those the server said it does not take. `next` gets what the server takes and whether the offer
 * before was accepted in part; both are null at first. It gives false when nothing is left.
 */
export function createOffers<Method>(all: readonly Offer<Method>[], listener: OfferListener) {
  const queue = [...all];
  let current: Offer<Method> | null = null;
  let reason: string | null = null;
  const noteReason = (text: string) => {
    reason = text;
  };
  const next = (taken: readonly string[] | null, isPartial: boolean | null): Method | false => {
    if (current !== null)
      listener.onRefused(current.label, isPartial ? 'accepted, but not enough' : (reason ?? 'refused'));
    for (;;) {
      current = queue.shift() ?? null;
      reason = null;
      if (current === null) {
        listener.onExhausted();
        return false;
      }
      if (taken === null || taken.includes(current.wireName)) {
        listener.onOffered(current.label);
        return current.method(noteReason);
      }
      listener.onRefused(current.label, `the server does not take ${current.wireName}`);
    }
  };
  return { next, noteReason };
}
