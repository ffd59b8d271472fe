import type { Oid } from '@covey/git-objects';

/** What the host is to do. A fetch is answered by `fetched`, whatever comes of it. */
export type Effect =
  | { readonly do: 'fetch'; readonly peer: string; readonly wants: readonly Oid[] }
  | { readonly do: 'announce'; readonly peer: string; readonly heads: readonly Oid[] };

interface Peer {
  /** Heads that it last told us and that we haven't. */
  wanted: Set<Oid>;
  /** The heads that we last told it, or that it told us, joined. */
  told: string;
}

/**
 * Decides, for one conversation, what to fetch from whom and whom to tell. Events in, effects out; no
 * clock, no socket. At most one fetch runs at a time: what two peers announce is mostly the same, and
 * what the second has on top is asked for when the first is through.
 */
export class Replicator {
  readonly #knows: (oid: Oid) => boolean;
  readonly #peers = new Map<string, Peer>();
  /** Refused for ever: validity doesn't change. */
  readonly #refused = new Set<Oid>();
  #fetching: string | undefined;
  #heads: readonly Oid[];

  constructor(heads: readonly Oid[], knows: (oid: Oid) => boolean) {
    this.#heads = heads;
    this.#knows = knows;
  }

  linked(peer: string): readonly Effect[] {
    if (!this.#peers.has(peer)) this.#peers.set(peer, { wanted: new Set(), told: '' });
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
    known.wanted = new Set(heads);
    // It has what it announces: if that is all that we have, it needs no word from us.
    known.told = key(heads);
    return this.#next();
  }

  /** Our own heads have moved, by a commit of ours or by a fetch. */
  moved(heads: readonly Oid[]): readonly Effect[] {
    this.#heads = heads;
    return this.#next();
  }

  /** A fetch has ended. `refused` commits are not asked for again, from nobody; after `failed` the peer must announce again. */
  fetched(
    peer: string,
    outcome: 'done' | 'failed' | { readonly refused: readonly Oid[] },
  ): readonly Effect[] {
    if (this.#fetching === peer) this.#fetching = undefined;
    const known = this.#peers.get(peer);
    if (typeof outcome === 'object') for (const oid of outcome.refused) this.#refused.add(oid);
    if (outcome !== 'done') known?.wanted.clear();
    return this.#next();
  }

  #next(): readonly Effect[] {
    const effects: Effect[] = [];
    const heads = key(this.#heads);
    for (const [peer, known] of this.#peers) {
      for (const oid of known.wanted) {
        if (this.#knows(oid) || this.#refused.has(oid)) known.wanted.delete(oid);
      }
      if (known.told !== heads && this.#heads.length > 0) {
        known.told = heads;
        effects.push({ do: 'announce', peer, heads: this.#heads });
      }
      if (this.#fetching === undefined && known.wanted.size > 0) {
        this.#fetching = peer;
        effects.push({ do: 'fetch', peer, wants: [...known.wanted] });
      }
    }
    return effects;
  }
}

const key = (heads: readonly Oid[]): string => [...heads].sort().join(' ');
