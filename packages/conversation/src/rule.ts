import type { Facts } from './facts.ts';

/** What a rule found instead of what must hold; the path where it did. */
export interface Finding {
  readonly found: string;
  readonly path?: string;
}

/** How profile `jami` takes a break of this rule: refused like in `strict`, or accepted and reported. */
export type Leniency = 'refuse' | 'deviate';

/**
 * One law for a commit. `id` is stable for ever (logs, metrics, vectors, anchors); `says` is one BCP 14
 * sentence; `source` names the section of `docs/protocol/rules.md`'s law. Pure and total.
 */
export interface Rule {
  readonly id: string;
  readonly says: string;
  readonly source: string;
  readonly jami: Leniency | ((facts: Facts) => Leniency);
  /** The hole that the leniency leaves, for the documents. */
  readonly hole?: string;
  breaks(facts: Facts): Finding | string | undefined;
}

/** A broken rule: which, where, and what stood there. */
export interface Break extends Finding {
  readonly rule: string;
}

/** The answer of judging one commit. Never changes, on no device. */
export type Verdict =
  | { readonly accepted: true; readonly deviations: readonly Break[] }
  | ({ readonly accepted: false } & Break);
