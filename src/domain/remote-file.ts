import type { Words } from './action.ts';

/** Something mlbroute keeps on a host's disk. Paths have `mlbroute` in them, which tells whose they are, or are those of the playbook. */
export type ManagedFile =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Octal, four digits, e.g. `0644`. */
      readonly mode: string;
      /** Missing: root. */
      readonly owner?: string;
      readonly group?: string;
      readonly content: string;
      /** Asked about the text before it is put in place, as {@link DeclaredFile} has it; missing or null: nothing is asked. */
      readonly validate?: Words | null;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** What was found at a path that mlbroute owns, or that the playbook has a file for. */
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
