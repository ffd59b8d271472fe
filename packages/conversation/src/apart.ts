import type { Act } from './act.ts';
import { type Entry, exclusive } from './entry.ts';

const NOBODY: ReadonlySet<Entry> = new Set();

/**
 * For every ban, demotion and revocation list of a history the commits that stand apart from it: neither is an
 * ancestor of the other. Kept up to date commit by commit, for it is little, and finding it anew would take all
 * that was written since. Grows with its history; that of a draft stands on that of its base.
 */
export class Apart {
  readonly #base: Apart | undefined;
  readonly #own = new Map<Act, Set<Entry>>();
  readonly #removals: Act[];
  #pairs: number;

  constructor(base?: Apart) {
    this.#base = base;
    this.#removals = base ? [...base.#removals] : [];
    this.#pairs = base ? base.#pairs : 0;
  }

  /** How many pairs there are: when it hasn't changed nothing has. */
  get pairs(): number {
    return this.#pairs;
  }

  /** Removals from which anything stands apart. */
  *removals(): Generator<Act> {
    for (const act of this.#removals) if (this.#has(act)) yield act;
  }

  *of(act: Act): Generator<Entry> {
    if (this.#base) yield* this.#base.of(act);
    yield* this.#own.get(act) ?? NOBODY;
  }

  has(entry: Entry, act: Act): boolean {
    return this.#own.get(act)?.has(entry) === true || this.#base?.has(entry, act) === true;
  }

  /** @param heads of the history, without this commit */
  add(entry: Entry, heads: Iterable<Entry>): void {
    for (const act of this.#removals) if (!entry.seen.has(act.index)) this.#put(act, entry);
    const { act } = entry;
    if (!act || !isRemoval(act)) return;
    for (const other of exclusive([...heads], entry.parents)) this.#put(act, other);
    this.#removals.push(act);
  }

  #put(act: Act, entry: Entry): void {
    const entries = this.#own.get(act);
    if (entries) entries.add(entry);
    else this.#own.set(act, new Set([entry]));
    this.#pairs++;
  }

  #has(act: Act): boolean {
    return this.#own.has(act) || (this.#base ? this.#base.#has(act) : false);
  }
}

function isRemoval({ places, deviceBan, crl }: Act): boolean {
  return (
    deviceBan?.op === 'ban' ||
    crl !== undefined ||
    places.some(({ op }) => op === 'ban' || op === 'demotion')
  );
}
