/**
 * What a real host said: to a look while it was new, to one after a push, to one that brings what the next boot reads as well; and the steps that the push
 * told of, in their order.
 */
export type Recording = {
  readonly newLook: string;
  readonly look: string;
  readonly audit: string;
  readonly steps: readonly string[];
};

/** Stands in a recording for the word that marks its sections, which is another one each time. */
export const tokenMark = '@TOKEN@';
