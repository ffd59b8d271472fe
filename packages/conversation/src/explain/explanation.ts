import type { Oid } from '@covey/git-objects';
import type { PlaceOp } from '../act.ts';
import type { Facts } from '../facts.ts';
import type { CommitKind } from '../kinds.ts';
import type { BanClass, VoteAction } from '../layout.ts';
import type { Break } from '../rule.ts';
import type { VoidStep } from '../the-cut.ts';
import type { OpenVote } from './roll-call.ts';

/** What `covey explain` finds out about one commit, or about one account. */
export type Explanation = CommitExplanation | MemberExplanation;

/** A commit by which something happened, as far as another explanation names it. */
export interface NamedAct {
  readonly commit: Oid;
  readonly kind: CommitKind;
  readonly by: string;
  readonly device: string;
  /** Of a vote. */
  readonly action?: VoteAction;
  /** The account or device that it is about. */
  readonly target?: string;
  /** The step in which it became void; absent when it has effect. */
  readonly void?: VoidStep;
}

export interface CommitExplanation {
  readonly about: 'commit';
  readonly commit: Oid;
  readonly kind: CommitKind;
  readonly parents: readonly Oid[];
  /** Length of the longest way to the root: display order is (height, id). */
  readonly height: number;
  /** `name` is a claim. */
  readonly author: { readonly uri: string; readonly device: string; readonly name: string };
  /** Checked anew for this explanation, by the certificate in the commit's own tree. */
  readonly signature: Facts['signature'];
  /** The rules that it was judged by, in order: all of them hold, but for the deviations. */
  readonly rules: readonly string[];
  readonly deviations: readonly Break[];
  readonly void?: {
    readonly step: VoidStep;
    readonly found: string;
    /** The removal or list that it falls by. */
    readonly by?: NamedAct;
    /** Of a recount: whose votes were left out. */
    readonly struck?: readonly string[];
  };
  /** Seconds since 1970. `latestBefore`: the latest that an ancestor claims. */
  readonly time: {
    readonly claimed: number;
    readonly latestBefore?: number;
    readonly contradicts: boolean;
  };
  /** Of a ban, unban, promotion or demotion. */
  readonly decision?: DecisionExplanation;
  readonly contradictions: readonly Contradiction[];
}

/** How a ban, unban, promotion or demotion came about, and what is left of it. */
export interface DecisionExplanation {
  readonly action: VoteAction;
  readonly target: string;
  readonly from: BanClass;
  readonly rule: 'resolution/majority';
  /** The tree that the votes were counted in: the resolved state of the parents. */
  readonly tree: Oid;
  /** Admins there. */
  readonly admins: readonly string[];
  readonly needed: number;
  /** The commits that cast them, as far as they are among the ancestors. */
  readonly votes: readonly { readonly voter: string; readonly cast?: NamedAct }[];
  /** Voters whom a removal apart from it has struck: the recount does without them. */
  readonly struck: readonly { readonly voter: string; readonly by: NamedAct }[];
  /** Voters who were needed apart from it for something else too. */
  readonly votedTwice: readonly {
    readonly voter: string;
    /** The other decision. */
    readonly other: NamedAct;
    /** The two votes, this one's first. */
    readonly votes: readonly [NamedAct, NamedAct];
    /** Neither vote has the other among its ancestors: that can be proven to others. */
    readonly isApart: boolean;
  }[];
  /** It has effect. */
  readonly stands: boolean;
}

/** Why a setting of an account's place decides it, or doesn't. */
export type SettingVerdict = 'holds' | 'void' | 'followed' | 'beaten' | 'outranked';

export interface MemberExplanation {
  readonly about: 'member';
  readonly uri: string;
  readonly place: 'admin' | 'member' | 'invited' | 'banned' | 'none';
  readonly bannedFrom?: BanClass;
  readonly devices: readonly string[];
  readonly bannedDevices: readonly string[];
  readonly votes: readonly OpenVote[];
  /** Every commit that has set the place, oldest first. */
  readonly settings: readonly {
    readonly act: NamedAct;
    readonly op: PlaceOp;
    readonly to: string;
    /** Checked anew for this explanation. */
    readonly signature: Facts['signature'];
    readonly verdict: SettingVerdict;
    /** The commit that it lost to. */
    readonly against?: Oid;
    readonly found: string;
  }[];
  readonly contradictions: readonly Contradiction[];
}

/**
 * Two commits of one account that stand apart from each other: by one device, which an honest one writes only
 * where heads can't be merged or after an old back-up; or two votes or resolutions.
 */
export interface Contradiction {
  readonly uri: string;
  readonly one: NamedAct;
  readonly other: NamedAct;
  /** Both have effect, so no rule can tell which of the two histories was meant (authority.md, the limit). */
  readonly isOpen: boolean;
}
