/** Something mlbroute keeps on a host's disk. Every path has `mlbroute` in it: that is how ownership is told. */
export type ManagedFile =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Octal, four digits, e.g. `0644`. Owner and group are root. */
      readonly mode: string;
      readonly content: string;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** What was found at a path that mlbroute owns. */
export type ObservedFile =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
      readonly content: string;
      /** Seconds since the epoch, by the host's clock. */
      readonly modifiedAt: number;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };
