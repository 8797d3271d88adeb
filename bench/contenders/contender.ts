/** What is measured: bring new hosts to the state described, do that again where nothing is to do, and only look. */
export const works = ['changing push', 'unchanged push', 'audit'] as const;
export type Work = (typeof works)[number];

/** A program that takes part. All of them make the same files and the same kernel state. */
export type Contender = {
  readonly name: string;
  /** What to run on the controller. */
  readonly command: (work: Work) => { readonly argv: readonly string[]; readonly env: NodeJS.ProcessEnv };
  /** Ends what a run left on the controller, so that the next one starts as the first did. */
  readonly tidy: () => void;
};
