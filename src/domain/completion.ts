/** The shells that can ask for the rest of a word. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

/** A word that could be typed, and what it means; null: it says that itself. */
export type Candidate = { readonly word: string; readonly means: string | null };

/** What may stand where a word is being typed. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' }
  /** Hosts, and with `groups` groups, of these sources of an inventory. `head` is what is typed before the name. */
  | { readonly kind: 'hosts'; readonly inventory: readonly string[]; readonly groups: boolean; readonly head: string }
  /** Groups alone. */
  | { readonly kind: 'groups'; readonly inventory: readonly string[] }
  /** Tags of a playbook; null: of the built-in one. `head` is what is typed before the tag. */
  | { readonly kind: 'tags'; readonly playbook: string | null; readonly head: string };
