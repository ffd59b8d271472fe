import type { LogEntry } from './log.ts';

/** Positions that one stratum of level n stands for: 16^n, from a multiple of that on. */
const WIDTH = 16;

/** Positions from one on up to another one, both included. */
export interface Positions {
  readonly from: number;
  readonly to: number;
}

type Line = Pick<LogEntry, 'position' | 'kind' | 'covers'>;

/** Entries that stand for no bytes. */
const BARE: ReadonlySet<LogEntry['kind']> = new Set(['open', 'admit']);

/**
 * What somebody reads who has followed a log up to a position: the fewest segments that have all that came since, in
 * the order of what they stand for. Widest first, so that of 16^n entries no more than 15 of each level are read.
 * @param entries of the whole log
 * @param since what is here already; -1 for a newcomer
 */
export function segmentsToRead<L extends Line>(entries: readonly L[], since: number): readonly L[] {
  const widest = new Map<number, L>();
  for (const entry of entries) {
    const range = stratumIn(entry);
    if (!range) continue;
    const known = widest.get(range.from)?.covers;
    if (!known || known.to < range.to) widest.set(range.from, entry);
  }
  const found: L[] = [];
  for (let at = since + 1; at < entries.length; ) {
    const stratum = widest.get(at);
    const entry = stratum ?? entries[at];
    const isOfUse = entry && (stratum !== undefined || hasBytes(entry));
    if (entry && isOfUse) found.push(entry);
    at = (stratum?.covers?.to ?? at) + 1;
  }
  return found;
}

/**
 * What can be sealed anew: aligned ranges that are full and have no stratum yet, narrowest first. A stratum never
 * stands for strata only, nor for itself.
 */
export function rangesToCompact(entries: readonly Line[]): readonly Positions[] {
  const done = new Set(entries.flatMap((entry) => stratumIn(entry) ?? []).map(keyOf));
  const due: Positions[] = [];
  for (let width = WIDTH; width <= entries.length; width *= WIDTH) {
    for (let from = 0; from + width <= entries.length; from += width) {
      const range = { from, to: from + width - 1 };
      const isWorthIt = entries.slice(from, from + width).some(hasBytes);
      if (!done.has(keyOf(range)) && isWorthIt) due.push(range);
    }
  }
  return due;
}

/** A range that a stratum rightly covers; one of other bounds is of no use to anybody. */
function stratumIn({ kind, covers, position }: Line): Positions | undefined {
  if (kind !== 'stratum' || !covers || covers.to >= position) return undefined;
  const width = covers.to - covers.from + 1;
  return isPowerOfWidth(width) && covers.from % width === 0 ? covers : undefined;
}

function isPowerOfWidth(count: number): boolean {
  let width = WIDTH;
  while (width < count) width *= WIDTH;
  return width === count;
}

const hasBytes = ({ kind }: Line) => !BARE.has(kind) && kind !== 'stratum';
const keyOf = ({ from, to }: Positions) => `${from} ${to}`;
