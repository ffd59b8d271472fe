import type { ErrorCode } from '@covey/errors';
import type { GitObject, ObjectType, Oid, PackLimits } from '@covey/git-objects';

/** What the owner of a pack thread says. `pack` numbers the packs that are read at the same time. */
export type ToWorker =
  | { readonly pack: number; readonly say: 'open'; readonly limits: PackLimits }
  | { readonly pack: number; readonly say: 'chunk'; readonly bytes: Uint8Array }
  | { readonly pack: number; readonly say: 'end' }
  | { readonly pack: number; readonly say: 'base'; readonly object: GitObject | undefined }
  | { readonly pack: number; readonly say: 'forget' };

/** What a pack thread answers: one of these to each `chunk`, `end` and `base`. */
export type FromWorker =
  | { readonly pack: number; readonly say: 'next' }
  | { readonly pack: number; readonly say: 'wants'; readonly base: Oid }
  | { readonly pack: number; readonly say: 'whole'; readonly read: PackTable }
  | {
      readonly pack: number;
      readonly say: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly data: Readonly<Record<string, string>>;
    };

/** A pack that was read, in buffers that change threads without being copied. */
export interface PackTable {
  readonly bytes: Uint8Array;
  readonly index: Uint8Array;
  readonly isThin: boolean;
  readonly oids: readonly Oid[];
  readonly types: readonly ObjectType[];
  /** Where the bytes of all objects lie. */
  readonly blocks: readonly ArrayBuffer[];
  /** For each object: its block, its first byte there, its length. */
  readonly places: Uint32Array;
}
