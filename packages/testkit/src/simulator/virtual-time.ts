interface Due {
  readonly at: number;
  /** Orders what is due at one moment. Drawn, so that the seed decides. */
  readonly tie: number;
  readonly owner: string;
  readonly run: () => void;
  cancelled: boolean;
}

/** 2026-11-21T22:26:40Z: within the dates of all test certificates. */
const BEGINNING_MS = 1_795_300_000_000;

/** Of one simulation. Fifty times what the longest one took. */
const MOST_EVENTS = 2_000_000;
const HEARD_EVERY = 64;

/**
 * The one clock and the one queue of a simulation. Things happen one after another; all that follows from one without
 * waiting (its promises) is over before the next begins. So whoever's turn it is, is the only one that runs.
 */
export class VirtualTime {
  readonly #chance: () => number;
  readonly #due: Due[] = [];
  #waiting = 0;
  #outside = 0;
  #nowMs = 0;
  #owner = '';
  #happened = 0;

  constructor(chance: () => number) {
    this.#chance = chance;
  }

  /** Milliseconds since the simulation began. */
  get ms(): number {
    return this.#nowMs;
  }

  /** Whose turn it is: a device's name, or empty for the world's. */
  get owner(): string {
    return this.#owner;
  }

  /** Things that are due and not cancelled. */
  get waiting(): number {
    return this.#waiting;
  }

  get happened(): number {
    return this.#happened;
  }

  /** What a clock shows that runs `skewMs` ahead. */
  date(skewMs = 0): Date {
    return new Date(BEGINNING_MS + this.#nowMs + skewMs);
  }

  /** Lets something happen in `owner`'s turn. Returns how to cancel. */
  after(ms: number, owner: string, run: () => void): () => void {
    const due = { at: this.#nowMs + ms, tie: this.#chance(), owner, run, cancelled: false };
    this.#push(due);
    this.#waiting++;
    return () => {
      if (due.cancelled) return;
      due.cancelled = true;
      this.#waiting--;
    };
  }

  /** Something that is done outside of virtual time, by threads of the host: time stands still until it is over. */
  async standingStill<T>(task: Promise<T>): Promise<T> {
    this.#outside++;
    try {
      return await task;
    } finally {
      this.#outside--;
    }
  }

  /** Runs until nothing is due, or until that much time has passed. Answers whether nothing is due. */
  async run(limitMs: number): Promise<boolean> {
    const end = this.#nowMs + limitMs;
    for (let due = this.#pop(end); due; due = this.#pop(end)) {
      if (due.cancelled) continue;
      due.cancelled = true;
      this.#waiting--;
      if (++this.#happened > MOST_EVENTS) throw new Error('this goes on for ever');
      this.#nowMs = due.at;
      this.#owner = due.owner;
      due.run();
      await this.settled();
    }
    if (this.#waiting > 0) this.#nowMs = end;
    this.#owner = '';
    return this.#waiting === 0;
  }

  /** All promises that wait for nothing have had their turn. */
  async settled(): Promise<void> {
    // After all promises, and much cheaper than a turn of the host's loop; that is taken now and then, since unheard
    // failures are told there.
    if (this.#outside === 0 && this.#happened % HEARD_EVERY !== 0) {
      await new Promise<void>((resolve) => process.nextTick(resolve));
      if (this.#outside === 0) return;
    }
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#outside > 0);
  }

  #push(due: Due): void {
    const heap = this.#due;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(due, heap[above] as Due)) break; // Above is within the heap.
      heap[at] = heap[above] as Due;
      at = above;
    }
    heap[at] = due;
  }

  #pop(end: number): Due | undefined {
    const heap = this.#due;
    const first = heap[0];
    if (!first || first.at > end) return undefined;
    const last = heap.pop() as Due; // There is a first.
    if (last === first) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const right = heap[below + 1];
      if (right && isBefore(right, heap[below] as Due)) below++;
      const next = heap[below];
      if (!next || !isBefore(next, last)) break;
      heap[at] = next;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.tie < b.tie);
