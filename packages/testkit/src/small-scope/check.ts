import type { Resolved } from '@covey/conversation';
import type { Growth } from './growth.ts';

/** One history with all that its checks look at. */
export interface Case {
  readonly growth: Growth;
  readonly resolved: Resolved;
  /** Ids of the commits without effect. */
  readonly voids: ReadonlySet<string>;
}

/** How often something was looked at. */
export type Tally = Map<string, number>;

export function count(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

/** Answers what is wrong with a history, or nothing. */
export type Check = (of: Case, tally: Tally) => Promise<string | undefined>;
