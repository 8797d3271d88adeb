import type { DesiredState } from '../domain/desired-state.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import type { Json } from '../domain/variable.ts';

/** What a backend must know of a host beside its desired state. */
export type RenderHost = {
  /** The .network file that configures a device: a path anywhere, or just its name. VLANs of mlbroute's own are never asked for. */
  readonly networkFileOf: (device: string) => string;
  /** What netplan calls a device in its files. Asked for parents of VLANs that are not mlbroute's own. */
  readonly netplanIdOf: (device: string) => string;
};

/** A file to be: its template and view, or where a link points to, or all of it. */
export type Draft =
  | {
      readonly path: string;
      readonly template: string;
      readonly view: Json /** Missing: 0644. */;
      readonly mode?: string;
    }
  | { readonly path: string; readonly target: string }
  | Omit<Extract<ManagedFile, { kind: 'file' }>, 'kind'>;

/** One way to make a part of the desired state survive a reboot. Pure; drafts nothing where it has nothing to keep. */
export type Backend = {
  /** Also the folder of its templates. */
  readonly name: string;
  /** Each template with an example of its view: every list has an entry, nothing is null. Users' templates are checked against it. */
  readonly templates: { readonly [template: string]: Json };
  /** Every path it gives has `mlbroute` in it, or is one the playbook names; an equal state gives equal drafts. */
  readonly draft: (state: DesiredState, host: RenderHost) => readonly Draft[];
};
