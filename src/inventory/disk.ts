import type { Result } from '../domain/result.ts';

/** How a program ended; `exitCode` null where a signal ended it. */
type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** What reading an inventory needs of this machine. Handed in, so that all but `readInventory` itself stays free of I/O. Errors are half a sentence. */
export type Disk = {
  /** The path from the root, by which nothing but the folder of a file is known. */
  readonly absolute: (path: string) => string;
  /** What stands at a path; null where nothing does. */
  readonly stat: (
    path: string,
  ) => Promise<Result<{ readonly kind: 'file' | 'folder'; readonly isExecutable: boolean } | null, string>>;
  /** The names in a folder, sorted. */
  readonly list: (path: string) => Promise<Result<readonly string[], string>>;
  /** The whole of a text file; fails where it is not UTF-8. */
  readonly read: (path: string) => Promise<Result<string, string>>;
  /** Runs a program to its end. */
  readonly run: (argv: readonly [string, ...string[]], stdin: string) => Promise<Result<Ended, string>>;
};
