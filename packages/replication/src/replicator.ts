import type { Oid } from '@covey/git-objects';

/** What the host is to do. A fetch is answered by `fetched`, whatever comes of it. */
export type Effect =
  | { readonly do: 'fetch'; readonly peer: string; readonly wants: readonly Oid[] }
  | { readonly do: 'announce'; readonly peer: string; readonly heads: readonly Oid[] };

interface Peer {
  /** Heads that it told us and that we haven't. */
  wanted: Set<Oid>;
  /** Of these, what it is asked for now. */
  asked: readonly Oid[];
  /** What it gave for these broke a rule: not asked for again, from this one. Others may give them whole. */
  readonly refused: Set<Oid>;
  /** Came with something that broke a rule, and may be good: each is asked for without the others. */
  readonly doubtful: Set<Oid>;
  /** The heads that we last told it, joined. */
  told: string;
  /** The heads that it last told us, joined. */
  has: string;
}

/** As many heads as one announcement may hold, and one request. */
const MAX_WANTED = 1024;
const MAX_REFUSED = 4096;
/** Of one refused fetch. Honest devices have few heads; of the others not each is worth a fetch. */
const MAX_DOUBTFUL = 8;

/**
 * Decides, for one conversation, what to fetch from whom and whom to tell. Events in, effects out; no
 * clock, no socket. At most one fetch runs at a time: what two peers announce is mostly the same, and
 * what the second has on top is asked for when the first is through.
 */
export class Replicator {
  readonly #knows: (oid: Oid) => boolean;
  readonly #peers = new Map<string, Peer>();
  /** Broke a rule, for ever: validity doesn't change. */
  readonly #invalid = new Set<Oid>();
  #fetching: string | undefined;
  #heads: readonly Oid[];

  constructor(heads: readonly Oid[], knows: (oid: Oid) => boolean) {
    this.#heads = heads;
    this.#knows = knows;
  }

  linked(peer: string): readonly Effect[] {
    if (!this.#peers.has(peer)) {
      this.#peers.set(peer, {
        wanted: new Set(),
        asked: [],
        refused: new Set(),
        doubtful: new Set(),
        told: '',
        has: '',
      });
    }
    return this.#next();
  }

  unlinked(peer: string): readonly Effect[] {
    this.#peers.delete(peer);
    if (this.#fetching === peer) this.#fetching = undefined;
    return this.#next();
  }

  announced(peer: string, heads: readonly Oid[]): readonly Effect[] {
    const known = this.#peers.get(peer);
    if (!known) return [];
    // Added to what it said before: two of its words may arrive in the other order.
    known.wanted = new Set([...known.wanted, ...heads].slice(-MAX_WANTED));
    // If that is all that we have, it needs no word from us. It may also be behind what we told it and
    // fetching: then it has had our word, and telling it again would go on for ever.
    known.has = key(heads);
    return this.#next();
  }

  /** What we last told a peer did not reach it: it is told again. */
  untold(peer: string): readonly Effect[] {
    const known = this.#peers.get(peer);
    if (known) [known.told, known.has] = ['', ''];
    return this.#next();
  }

  /** Our own heads have moved, by a commit of ours or by a fetch. */
  moved(heads: readonly Oid[]): readonly Effect[] {
    this.#heads = heads;
    return this.#next();
  }

  /**
   * A fetch has ended. After `refused` the commit that broke a rule is asked for from nobody; what was wanted
   * with it is asked for once more by itself, for it may not stand on it. After `failed` the peer must announce again
   * what was asked for; what it has announced since is asked for now.
   */
  fetched(
    peer: string,
    outcome: 'done' | 'failed' | { readonly refused: readonly Oid[]; readonly invalid: Oid },
  ): readonly Effect[] {
    if (this.#fetching === peer) this.#fetching = undefined;
    const known = this.#peers.get(peer);
    if (typeof outcome === 'object') {
      addBounded(this.#invalid, outcome.invalid);
      if (known) doubt(known, outcome.refused);
    } else if (outcome === 'failed')
      for (const oid of known?.asked ?? []) known?.wanted.delete(oid);
    return this.#next();
  }

  #next(): readonly Effect[] {
    const effects: Effect[] = [];
    const heads = key(this.#heads);
    for (const [peer, known] of this.#peers) {
      for (const oid of known.wanted) {
        const isOfNoUse = this.#invalid.has(oid) || known.refused.has(oid);
        if (isOfNoUse || this.#knows(oid)) known.wanted.delete(oid);
      }
      if (known.told !== heads && known.has !== heads && this.#heads.length > 0) {
        known.told = heads;
        effects.push({ do: 'announce', peer, heads: this.#heads });
      }
      if (this.#fetching === undefined && known.wanted.size > 0) {
        this.#fetching = peer;
        const alone = [...known.wanted].find((oid) => known.doubtful.has(oid));
        known.asked = alone ? [alone] : [...known.wanted];
        effects.push({ do: 'fetch', peer, wants: known.asked });
      }
    }
    return effects;
  }
}

/** What was refused by itself is refused; of what was refused together, each gets its turn. */
function doubt(peer: Peer, refused: readonly Oid[]): void {
  refused.forEach((oid, at) => {
    if (refused.length > 1 && at < MAX_DOUBTFUL) addBounded(peer.doubtful, oid);
    else addBounded(peer.refused, oid);
  });
}

/** The oldest goes: at worst it is asked for and refused once more. */
function addBounded(set: Set<Oid>, oid: Oid): void {
  set.add(oid);
  const [oldest] = set;
  if (set.size > MAX_REFUSED && oldest !== undefined) set.delete(oldest);
}

const key = (heads: readonly Oid[]): string => [...heads].sort().join(' ');
