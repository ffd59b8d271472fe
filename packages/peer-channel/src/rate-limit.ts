/** Keys remembered at most. Beyond it the one that was used longest ago is forgotten. */
const MAX_KEYS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets: per key so many at once, then one per `refillMs`. Memory is bounded. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  readonly #burst: number;
  readonly #refillMs: number;
  readonly #now: () => Date;

  constructor({ now }: { now: () => Date }, settings: { burst: number; refillMs: number }) {
    this.#now = now;
    this.#burst = settings.burst;
    this.#refillMs = settings.refillMs;
  }

  /** Takes a token of each key, or of none. Returns milliseconds to wait: 0 means taken. */
  take(...keys: readonly string[]): number {
    const buckets = keys.map((key) => this.#bucket(key));
    const least = Math.min(...buckets.map((bucket) => bucket.tokens));
    if (least < 1) return Math.ceil((1 - least) * this.#refillMs);
    for (const bucket of buckets) bucket.tokens -= 1;
    return 0;
  }

  #bucket(key: string): Bucket {
    const at = this.#now().getTime();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at };
    // A clock that went back refills nothing.
    const gained = Math.max(0, at - bucket.at) / this.#refillMs;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + gained);
    bucket.at = at;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const [oldest] of this.#buckets) {
      if (this.#buckets.size <= MAX_KEYS) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
