import { CoveyError } from '@covey/errors';
import type {
  GitObject,
  ObjectReader,
  Oid,
  PackLimits,
  PackReader,
  ReceivedPack,
} from '@covey/git-objects';

/**
 * Where incoming packs wait until they are judged: in memory, so that nothing of them counts, is served, touches the
 * disk or survives a restart. Not to be used by two callers at once.
 */
export interface Quarantine {
  /**
   * Streams a pack through the pack reader; resolves to the ids that it holds. A pack that is refused leaves nothing
   * behind, and more packs may follow.
   * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED, OBJECT_COLLISION, DEADLINE_EXCEEDED; whatever reason
   * `signal` has
   */
  receive(
    chunks: AsyncIterable<Uint8Array>,
    options: { readonly limits: PackLimits; readonly signal: AbortSignal },
  ): Promise<readonly Oid[]>;

  /** What was received, and the store beneath. */
  readonly objects: ObjectReader;

  /**
   * Moves exactly these objects into the store; resolves once they would survive a crash.
   * @throws {CoveyError} OBJECT_MISSING when one is neither here nor in the store, and then nothing was moved;
   * OBJECT_COLLISION when the store has other bytes under one of the ids
   */
  admit(oids: ReadonlySet<Oid>): Promise<void>;

  /** Forgets all that was received and not admitted. */
  drop(): Promise<void>;
}

/** What a quarantine needs from its store. */
export interface QuarantineStore extends ObjectReader {
  has(oid: Oid): Promise<boolean>;
  /** Resolves once the objects would survive a crash. `whole` has exactly these, and may be kept as it is. */
  take(
    oids: readonly Oid[],
    read: (oid: Oid) => GitObject,
    whole: ReceivedPack | undefined,
  ): Promise<void>;
}

export class MemoryQuarantine implements Quarantine {
  readonly objects: ObjectReader = {
    read: async (oid) => this.#find(oid) ?? (await this.#store.read(oid)),
  };
  readonly #reader: PackReader;
  readonly #store: QuarantineStore;
  readonly #packs: ReceivedPack[] = [];

  constructor(reader: PackReader, store: QuarantineStore) {
    this.#reader = reader;
    this.#store = store;
  }

  async receive(
    chunks: AsyncIterable<Uint8Array>,
    { limits, signal }: { readonly limits: PackLimits; readonly signal: AbortSignal },
  ): Promise<readonly Oid[]> {
    const base = (oid: Oid) => this.objects.read(oid);
    const pack = await this.#reader.read(chunks, { limits, signal, base });
    this.#packs.push(pack);
    return pack.oids;
  }

  async admit(oids: ReadonlySet<Oid>): Promise<void> {
    const received: Oid[] = [];
    for (const oid of oids) {
      if (this.#packs.some((pack) => pack.has(oid))) received.push(oid);
      else if (!(await this.#store.has(oid))) throw missing(oid);
    }
    const whole = this.#packs.find(
      (pack) =>
        !pack.isThin &&
        pack.oids.length === received.length &&
        pack.oids.every((oid) => oids.has(oid)),
    );
    await this.#store.take(received, (oid) => this.#find(oid) ?? fail(oid), whole);
  }

  async drop(): Promise<void> {
    this.#packs.length = 0;
  }

  #find(oid: Oid): GitObject | undefined {
    for (const pack of this.#packs) {
      const object = pack.find(oid);
      if (object) return object;
    }
    return undefined;
  }
}

function fail(oid: Oid): never {
  throw missing(oid);
}

function missing(oid: Oid): CoveyError {
  return new CoveyError('OBJECT_MISSING', 'an object to admit was not received', { data: { oid } });
}
