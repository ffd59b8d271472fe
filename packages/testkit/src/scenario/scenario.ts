import type { layout, Mode } from '@covey/conversation';

/** What came of a step, or is expected to. */
export type Outcome = 'accepted' | 'refused';

/** A scenario file, read and checked: every name and id in it stands for something. */
export interface Scenario {
  readonly name: string;
  readonly mode: Mode;
  /** Mode 0: the other account. */
  readonly invited?: string;
  readonly profile?: 'admin' | 'member';
  readonly flat: boolean;
  /** Account -> its devices. */
  readonly accounts: ReadonlyMap<string, readonly string[]>;
  /** A device. */
  readonly creator: string;
  readonly steps: readonly Step[];
  /** Device -> what it must come to. */
  readonly expect: ReadonlyMap<string, Expectation>;
}

export type Step = DoStep | SyncStep | OfferStep;

/** One device writes one commit. */
export interface DoStep {
  readonly type: 'do';
  readonly at: string;
  /** Of the commit: given, or `s` and the number of the step. */
  readonly id: string;
  readonly deed: Deed;
  /** Ids of the parents, instead of the present heads. */
  readonly on?: readonly string[];
  readonly lie?: TreeLie;
  readonly expect?: Outcome;
}

/** What a commit does. */
export type Deed =
  | { readonly do: 'join' | 'leave' | 'text' }
  | { readonly do: 'add' | 'revoke'; readonly target: string }
  | {
      readonly do: 'vote' | 'resolve';
      readonly kind: layout.VoteAction;
      /** An account or a device. */
      readonly target: string;
    }
  | { readonly do: 'edit'; readonly of: string }
  | { readonly do: 'profile'; readonly title: string }
  | { readonly do: 'merge'; readonly of: readonly string[] };

/** What the tree of a commit says beside what the commit does. */
export interface TreeLie {
  /** Path -> content of the file. */
  readonly add: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** Devices exchange all they have, until nothing changes. */
export interface SyncStep {
  readonly type: 'sync';
  readonly devices: readonly string[];
  readonly expect?: Outcome;
}

/** One device offers another what it has, or `only` these commits and their ancestors. */
export interface OfferStep {
  readonly type: 'offer';
  readonly from: string;
  readonly to: string;
  readonly only?: readonly string[];
  readonly expect?: Outcome;
}

/** Lists of a device's final state that a file may name. */
export const EXPECTED_LISTS = [
  'admins',
  'members',
  'invited',
  'banned',
  'bannedDevices',
  'void',
  'shown',
] as const;
export type ExpectedList = (typeof EXPECTED_LISTS)[number];

/** Only what is given is compared. */
export type Expectation = { readonly [List in ExpectedList]?: readonly string[] } & {
  /** Empty where there is none. */
  readonly title?: string;
};
