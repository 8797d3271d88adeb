import type { SourceLocation } from './diagnostic.ts';

/** Plain data, as YAML and JSON have it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The merged variables of one host, references expanded. */
export type HostVars = {
  readonly values: { readonly [name: string]: Json };
  /** Where the value at this path was written, e.g. `['networks', 0, 'link', 'vlan']`; the nearest place known, null where there is none. */
  readonly locate: (path: readonly (string | number)[]) => SourceLocation | null;
  /** Where the key at this path was written; the value's place where the path does not end in a key. */
  readonly locateKey: (path: readonly (string | number)[]) => SourceLocation | null;
};
