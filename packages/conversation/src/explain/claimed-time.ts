import type { Entry } from '../entry.ts';

/** Commit -> the latest time that it or an ancestor claims. Never changes: ancestors don't. */
const latest = new WeakMap<Entry, number>();

/** The latest time that an ancestor claims, seconds since 1970; `undefined` for a root. */
export function latestTimeBefore({ parents }: Entry): number | undefined {
  if (parents.length === 0) return undefined;
  return Math.max(...parents.map(latestTimeIn));
}

/** Does the commit claim to be older than something that it was written after? Shown, never used. */
export function contradictsAncestors(entry: Entry): boolean {
  const before = latestTimeBefore(entry);
  return before !== undefined && entry.time < before;
}

/** Iterative, for histories are long. */
function latestTimeIn(entry: Entry): number {
  const open = [entry];
  for (let one = open.at(-1); one; one = open.at(-1)) {
    const waiting = latest.has(one) ? [] : one.parents.filter((parent) => !latest.has(parent));
    if (waiting.length > 0) {
      open.push(...waiting);
      continue;
    }
    latest.set(one, Math.max(one.time, ...one.parents.map((parent) => latest.get(parent) ?? 0)));
    open.pop();
  }
  return latest.get(entry) ?? entry.time;
}
