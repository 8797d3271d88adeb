/** What a real host said to a look; `audit` is the look that brings what the next boot reads. */
export type Recording = { readonly look: string; readonly audit: string };

/** Stands in a recording for the word that marks its sections, which is another one each time. */
export const tokenMark = '@TOKEN@';
