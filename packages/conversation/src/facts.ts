import type { Oid } from '@covey/git-objects';
import type { Change, GroupState } from './group-state.ts';
import type { Content } from './kinds.ts';

export type Profile = 'strict' | 'jami';
export type Mode = 0 | 1 | 2 | 3;

/** What the initial commit fixes for ever. */
export interface Charter {
  readonly mode: Mode;
  readonly creator: string;
  /** Mode 0: the other account (or the creator itself). */
  readonly invited?: string;
  readonly flat: boolean;
  readonly profileBy: 'admin' | 'member';
}

/** A commit that this one names (edit, reply, reaction), as far as it is among its ancestors. */
export interface Related {
  readonly uri: string;
  readonly content: Content;
}

/** Everything that rules may look at. Loaded once; rules are synchronous and see nothing else. */
export interface Facts {
  readonly profile: Profile;
  readonly oid: Oid;
  readonly content: Content;
  /** Departures from the one spelling of a commit. */
  readonly formDefects: readonly string[];
  readonly parents: readonly Oid[];
  /** Neither parent is an ancestor of the other (merges only). */
  readonly apart: boolean;
  readonly message: string;
  readonly device: string;
  /** The account of the device by its certificate; empty when there is none to be found. */
  readonly uri: string;
  /** Why the device has no account here. */
  readonly authorless?: string;
  /** Why its certificate does not chain to that account by signature. */
  readonly unchained?: string;
  readonly signature: 'good' | 'bad' | 'absent' | 'unchecked';
  /** `undefined` only for a root that is judged first. */
  readonly charter: Charter | undefined;
  /** The resolved state of the parents. */
  readonly before: GroupState;
  readonly after: GroupState;
  /** All that differs from `before`, without what the author may do to its own papers. */
  readonly changed: readonly Change[];
  /** The author's own papers that were added or renewed. */
  readonly papers: readonly Change[];
  /** What is wrong with them. */
  readonly paperFault?: { readonly path: string; readonly found: string };
  /** Ids of the author's device's account that its CRL names, in `before` and `after`. */
  readonly revoked: boolean;
  /** The account or device that the message names as `uri`. */
  readonly target: string;
  /** Devices in `before` whose certificate names the target account as issuer. */
  readonly targetDevices: readonly string[];
  /** Account of the target, when that is a device. */
  readonly targetOwner?: string;
  /** The commits named by `edit`, `reply-to`, `react-to`; absent when not among the ancestors. */
  readonly related: ReadonlyMap<string, Related>;
  /** Bytes of `profile.vcf`, when it changed. */
  readonly vcard?: Uint8Array;
}
