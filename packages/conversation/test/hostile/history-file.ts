import type { Profile } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { PackedObjects } from '../vectors/vector-file.ts';

/** A history that was made to do harm, and what becomes of it. */
export interface HostileHistory {
  readonly name: string;
  /** The rule that refuses the commit; of what is valid, the part of authority.md that answers it. */
  readonly rule: string;
  readonly families: readonly string[];
  readonly holes: readonly string[];
  /** The commit that it is about. */
  readonly commit: Oid;
  readonly pathClass: string;
  readonly parentShape: string;
  readonly profile: Profile;
  readonly conversation: Oid;
  readonly heads: readonly Oid[];
  /** Objects that are held back from whoever judges this history. */
  readonly without?: readonly Oid[];
  readonly expect: HistoryExpectation;
}

export interface HistoryExpectation {
  /** Every commit that is refused; what stands on it is left out with it. */
  readonly refused: readonly {
    readonly commit: Oid;
    readonly rule: string;
    readonly path?: string;
  }[];
  /** Every commit of which an object is not there, be it a parent; what stands on it waits with it. */
  readonly lacking?: readonly { readonly commit: Oid; readonly object: Oid }[];
  /** Profile `jami` only: commits that are accepted, and the rules that it reports. */
  readonly reported?: readonly { readonly commit: Oid; readonly rules: readonly string[] }[];
  /** What the rest comes to; `null` where nothing is left. */
  readonly state: HistoryState | null;
}

export interface HistoryState {
  readonly admins: readonly string[];
  readonly members: readonly string[];
  readonly invited: readonly string[];
  readonly banned: readonly string[];
  readonly bannedDevices: readonly string[];
  /** Ids of the profile and of the whole tree. */
  readonly profile?: Oid;
  readonly tree: Oid;
  /** Commits without effect, and the step of the cut in which each fell. Merges are never among them. */
  readonly void: Readonly<Record<string, string>>;
}

export interface HostileFile {
  readonly about: string;
  readonly vectors: readonly HostileHistory[];
  readonly objects: PackedObjects;
}
