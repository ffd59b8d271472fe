import type { Oid } from '@covey/git-objects';
import type { Act } from './act.ts';
import type { Content } from './kinds.ts';
import type { Break } from './rule.ts';
import { Seen } from './seen.ts';

/** Void acts of a set after each of the three steps of the cut. */
export type Stages = readonly [Seen, Seen, Seen];

export const NOTHING_VOID: Stages = [Seen.NONE, Seen.NONE, Seen.NONE];

/** A commit that was judged and accepted. */
export interface Entry {
  readonly oid: Oid;
  readonly parents: readonly Entry[];
  /** Length of the longest way to the root. */
  readonly height: number;
  readonly content: Content;
  readonly uri: string;
  readonly device: string;
  /** Display name in the author line: a claim. */
  readonly name: string;
  /** Claimed by the author, seconds since 1970: shown, never used. */
  readonly time: number;
  /** The latest time that this commit or an ancestor claims. */
  readonly latestTime: number;
  readonly tree: Oid;
  /** Acts among the ancestors and this one. */
  readonly seen: Seen;
  readonly act?: Act;
  /** What of its ancestors is void in their own eyes, after each step of the cut. */
  readonly stages: Stages;
  readonly deviations: readonly Break[];
}

/** Display order: height in the DAG, then commit id. The same on all who have the same commits. */
export function inDisplayOrder(
  a: Pick<Entry, 'height' | 'oid'>,
  b: Pick<Entry, 'height' | 'oid'>,
): number {
  return a.height - b.height || (a.oid < b.oid ? -1 : a.oid > b.oid ? 1 : 0);
}

/** Is `ancestor` among the ancestors of the commit with these parents? */
export function isAncestor(ancestor: Entry, parents: readonly Entry[]): boolean {
  const seen = new Set<Entry>();
  const open = [...parents];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (entry === ancestor) return true;
    if (entry.height <= ancestor.height || seen.has(entry)) continue;
    seen.add(entry);
    open.push(...entry.parents);
  }
  return false;
}

/** Commits that can be reached from `from` and not from `not`, in no order. */
export function exclusive(from: readonly Entry[], not: readonly Entry[]): readonly Entry[] {
  // Highest first, so that a commit has been met by all of its children before its turn comes.
  const excluded = new Map<Entry, boolean>();
  const queue: Entry[] = [];
  let open = 0;
  const meet = (entry: Entry, out: boolean) => {
    const known = excluded.get(entry);
    if (known === undefined) insert(queue, entry);
    if (known === undefined && !out) open++;
    if (known === false && out) open--;
    if (known !== true) excluded.set(entry, out);
  };
  for (const entry of not) meet(entry, true);
  for (const entry of from) meet(entry, false);
  const found: Entry[] = [];
  for (let entry = queue.pop(); entry && open > 0; entry = queue.pop()) {
    const out = excluded.get(entry) === true;
    if (!out) {
      found.push(entry);
      open--;
    }
    for (const parent of entry.parents) meet(parent, out);
  }
  return found;
}

/** Keeps the queue sorted by height, lowest first; it is short (its length is the width of the DAG). */
function insert(queue: Entry[], entry: Entry): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((queue[middle]?.height ?? 0) < entry.height) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, entry);
}
