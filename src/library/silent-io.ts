import type { Io } from '../commands/io.ts';
import type { HostOptions } from './options.ts';

/** An outside where nobody sits: nothing is printed, what is asked are the passwords that the caller gave. */
export type SilentIo = {
  readonly io: Io;
  /** What would have been printed for people. */
  readonly said: () => string;
};

/** Makes one. Signals stay the caller's. */
export function silentIo({
  password,
  becomePassword,
}: Pick<HostOptions, 'password' | 'becomePassword'> = {}): SilentIo {
  let said = '';
  const answers = [
    [/^Password of ssh/, password],
    [/^Password of sudo/, becomePassword],
  ] as const;
  const nobody = (question: string) => Promise.reject(new Error(`nobody is here to answer: ${question}`));
  return {
    said: () => said,
    io: {
      stdout: () => {},
      stderr: (text) => {
        said += text;
      },
      ...{ isTty: false, isInputTty: password !== undefined || becomePassword !== undefined, color: false },
      columns: () => Number.POSITIVE_INFINITY,
      resultColumns: () => Number.POSITIVE_INFINITY,
      rows: () => Number.POSITIVE_INFINITY,
      env: process.env,
      ...{ confirm: nobody, ask: nobody },
      // An encrypted key needs an agent here.
      askSecret: async (question) => answers.find(([asked]) => asked.test(question))?.[1] ?? null,
      onInterrupt: () => () => {},
    },
  };
}
