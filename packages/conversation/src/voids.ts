import type { Act } from './act.ts';
import type { Apart } from './apart.ts';
import { type Entry, exclusive, isAncestor, NOTHING_VOID, type Stages } from './entry.ts';
import type { Charter } from './facts.ts';
import type { Effect } from './resolve.ts';
import { Seen } from './seen.ts';
import { Cut, isUsed, type VoidReason } from './the-cut.ts';

/** What a set of commits is looked up in. */
export interface Surroundings {
  readonly heads: readonly Entry[];
  readonly charter: Charter;
  readonly apart: Apart;
  entry(oid: string): Entry | undefined;
}

/** What of a set of commits has no effect, and why. A function of the set: it can change when more of the past arrives. */
export class Voids {
  static readonly NONE = new Voids(undefined);
  readonly #cut: Cut | undefined;

  private constructor(cut: Cut | undefined) {
    this.#cut = cut;
  }

  /**
   * Of the commits that `tips` reach.
   * @param acts those among them that set anything, parents before children
   */
  static of(tips: readonly Entry[], acts: readonly Act[], within: Surroundings): Voids {
    const { apart } = within;
    const indices = tips.reduce((union, { seen }) => union.union(seen), Seen.NONE);
    const outside = new Set(exclusive(within.heads, tips));
    const isInside = (entry: Entry) => !outside.has(entry);
    const nothing = [...apart.removals()].every(
      (act) => !indices.has(act.index) || ![...apart.of(act)].some(isInside),
    );
    if (nothing) return Voids.NONE;
    const cut = Cut.of({
      acts,
      charter: within.charter,
      apartFrom: function* (act) {
        for (const entry of apart.of(act)) if (isInside(entry)) yield entry;
      },
      isApart: (entry, act) => apart.has(entry, act),
      entryOf: (act) => within.entry(act.oid) as Entry, // Every act is a commit of the history.
      sees: (later, earlier) =>
        earlier.act ? later.seen.has(earlier.act.index) : isAncestor(earlier, later.parents),
    });
    return new Voids(cut);
  }

  /** Nothing stands apart from any removal. */
  get isEmpty(): boolean {
    return this.#cut === undefined;
  }

  get stages(): Stages {
    return this.#cut?.stages ?? NOTHING_VOID;
  }

  /** Why a commit of the set has no effect; `undefined` when it has. Merges have none of their own, and are never void. */
  reasonOf(entry: Entry): VoidReason | undefined {
    return this.#cut?.reasonOf(entry);
  }

  /**
   * What of these tips has effect. `asked` is told when the state hangs on messages too, and not on acts alone: whose
   * certificate came with a void commit is there when anything that it wrote since has effect.
   */
  effectOn(tips: readonly Entry[], asked = () => {}): Effect {
    return {
      voided: this.stages[2],
      usedLater: (paper, after) => {
        asked();
        return isUsed(paper, after, tips, (entry) => this.reasonOf(entry) !== undefined);
      },
    };
  }
}
