import type { SourceLocation } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import type { Entry } from './located.ts';

/** One thing an inventory source says, in its order. Every format comes down to a list of these. */
export type Declaration =
  | { readonly kind: 'group'; readonly group: string; readonly at: SourceLocation }
  | { readonly kind: 'child'; readonly parent: string; readonly child: string; readonly at: SourceLocation }
  /** A host belongs to a group. The port is the one written behind the name, or null. */
  | {
      readonly kind: 'member';
      readonly group: string;
      readonly host: HostName;
      readonly port: number | null;
      readonly at: SourceLocation;
    }
  | { readonly kind: 'group-var'; readonly group: string; readonly name: string; readonly entry: Entry }
  | { readonly kind: 'host-var'; readonly host: HostName; readonly name: string; readonly entry: Entry };
