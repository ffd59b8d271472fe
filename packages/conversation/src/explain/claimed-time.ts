import type { Entry } from '../entry.ts';

/** The latest time that an ancestor claims, seconds since 1970; `undefined` for a root. */
export function latestTimeBefore({ parents }: Entry): number | undefined {
  if (parents.length === 0) return undefined;
  return Math.max(...parents.map(({ latestTime }) => latestTime));
}

/** Does the commit claim to be older than something that it was written after? Shown, never used. */
export function contradictsAncestors(entry: Entry): boolean {
  const before = latestTimeBefore(entry);
  return before !== undefined && entry.time < before;
}
