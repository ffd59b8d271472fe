import type { Oid } from '@covey/git-objects';
import type { Change, Place } from './group-state.ts';
import type { CommitKind } from './kinds.ts';
import type { BanClass, VoteAction, VotePath } from './layout.ts';
import type { Seen } from './seen.ts';

/** Ways in which the place of an account is set, in the order in which they win (authority.md, resolve). */
export const PLACE_OPS = ['ban', 'leave', 'demotion', 'unban', 'promotion', 'join', 'add'] as const;
export type PlaceOp = (typeof PLACE_OPS)[number];

export interface PlaceSetting {
  readonly uri: string;
  readonly op: PlaceOp;
  /** Where the account stands after it; `undefined` for nowhere. */
  readonly to: Place | 'banned' | undefined;
  /** Of a ban: where the account was taken from. */
  readonly from?: BanClass;
}

/** A certificate file that a commit brought. */
export interface Paper {
  readonly path: string;
  readonly oid: Oid;
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

export interface DevicePaper extends Paper {
  readonly device: string;
  readonly serial: string;
}

/** What a resolution decided, and by whose votes. */
interface Decision {
  readonly action: VoteAction;
  readonly from: BanClass;
  readonly target: string;
  /** Admins in the parents' state whose vote files lay there. */
  readonly voters: readonly string[];
}

/** A commit that changes the state, in the terms in which `resolve` reads it. */
export interface Act {
  readonly index: number;
  readonly oid: Oid;
  readonly kind: CommitKind;
  readonly uri: string;
  readonly device: string;
  /** Acts among the ancestors. */
  readonly before: Seen;
  readonly places: readonly PlaceSetting[];
  readonly deviceBan?: { readonly device: string; readonly op: 'ban' | 'unban' };
  readonly chain?: Paper;
  readonly paper?: DevicePaper;
  readonly crl?: {
    readonly uri: string;
    readonly oid: Oid;
    readonly number: bigint;
    /** Serials of certificates. */
    readonly revoked: ReadonlySet<string>;
  };
  readonly vote?: VotePath;
  readonly profile?: Oid;
  readonly decision?: Decision;
  /** All paths that differ from the resolved state of the parents. */
  readonly changes: readonly Change[];
}

export const isRemoval = (op: PlaceOp): boolean =>
  op === 'ban' || op === 'leave' || op === 'demotion';

/** Does `later` have `earlier` among its ancestors? */
export const sees = (later: Act, earlier: Act): boolean => later.before.has(earlier.index);

/** Neither is an ancestor of the other. */
export const apart = (a: Act, b: Act): boolean => a !== b && !sees(a, b) && !sees(b, a);
