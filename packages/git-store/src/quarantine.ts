import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digests } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  type ObjectReader,
  type Oid,
  type PackLimits,
  readPack,
} from '@covey/git-objects';
import { nodeInflate } from '@covey/node-crypto';
import { PackFile } from './pack-file.ts';

/**
 * Where incoming packs wait until they are judged. Nothing in it counts, is served, or survives a restart.
 * Not to be used by two callers at once.
 */
export interface Quarantine {
  /**
   * Streams a pack to disk and through the pack reader; resolves to the ids that it holds. A pack that is refused
   * leaves nothing behind, and more packs may follow.
   * @throws {CoveyError} PACK_MALFORMED, PACK_LIMIT_EXCEEDED; whatever reason `signal` has
   */
  receive(
    chunks: AsyncIterable<Uint8Array>,
    options: { readonly limits: PackLimits; readonly signal: AbortSignal },
  ): Promise<readonly Oid[]>;

  /** What was received, and the store beneath. */
  readonly objects: ObjectReader;

  /**
   * Moves exactly these objects into the store; resolves once they would survive a crash.
   * @throws {CoveyError} OBJECT_MISSING when one is neither here nor in the store, and then nothing was moved
   */
  admit(oids: ReadonlySet<Oid>): Promise<void>;

  /** Forgets all that was received and not admitted. */
  drop(): Promise<void>;
}

/** What a quarantine needs from its store. */
export interface QuarantineStore extends ObjectReader {
  readonly digests: Digests;
  has(oid: Oid): Promise<boolean>;
  /** Resolves once the objects, read one after another, would survive a crash. */
  take(oids: readonly Oid[], read: (oid: Oid) => Promise<GitObject>): Promise<void>;
}

const WRITE_BYTES = 64 * 1024;

/** A quarantine in a folder of its own, which exists already. */
export class FolderQuarantine implements Quarantine {
  readonly objects: ObjectReader = { read: (oid) => this.#readOverlay(oid) };
  readonly #folder: string;
  readonly #store: QuarantineStore;
  readonly #packs: PackFile[] = [];
  #received = 0;

  constructor(folder: string, store: QuarantineStore) {
    this.#folder = folder;
    this.#store = store;
  }

  async receive(
    chunks: AsyncIterable<Uint8Array>,
    { limits, signal }: { readonly limits: PackLimits; readonly signal: AbortSignal },
  ): Promise<readonly Oid[]> {
    const path = join(this.#folder, `${this.#received++}.pack`);
    const offsets = new Map<Oid, number>();
    const file = await open(path, 'wx', 0o600);
    try {
      const parts = copyTo(file, whileWanted(chunks, signal));
      const { digests } = this.#store;
      const base = (oid: Oid) => this.#readOverlay(oid);
      const pack = readPack(parts, { limits, digests, inflate: nodeInflate, base });
      for await (const { oid, offset } of pack) offsets.set(oid, offset);
    } catch (cause) {
      await file.close();
      await rm(path, { force: true });
      throw cause;
    }
    await file.close();
    const { size } = offsets;
    const lookUp = { size, offsetOf: (oid: Oid) => offsets.get(oid), oids: () => offsets.keys() };
    this.#packs.push(
      new PackFile(path, lookUp, this.#store.digests, (oid) => this.#readOverlay(oid)),
    );
    return [...offsets.keys()];
  }

  async admit(oids: ReadonlySet<Oid>): Promise<void> {
    const received: Oid[] = [];
    for (const oid of oids) {
      if (this.#packs.some((pack) => pack.has(oid))) received.push(oid);
      else if (!(await this.#store.has(oid))) throw missing(oid);
    }
    await this.#store.take(received, async (oid) => {
      const object = await this.#readReceived(oid);
      if (!object) throw missing(oid);
      return object;
    });
  }

  async drop(): Promise<void> {
    this.#packs.length = 0;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #readOverlay(oid: Oid): Promise<GitObject | undefined> {
    return (await this.#readReceived(oid)) ?? (await this.#store.read(oid));
  }

  async #readReceived(oid: Oid): Promise<GitObject | undefined> {
    return this.#packs.find((pack) => pack.has(oid))?.read(oid);
  }
}

function missing(oid: Oid): CoveyError {
  return new CoveyError('OBJECT_MISSING', 'an object to admit was not received', { data: { oid } });
}

/** Passes the chunks on and writes them, gathered: a peer that sends single bytes must not cost a write for each. */
async function* copyTo(
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= WRITE_BYTES) {
      await file.writeFile(Buffer.concat(parts));
      parts = [];
      bytes = 0;
    }
    yield chunk;
  }
  await file.writeFile(Buffer.concat(parts));
}

/** Stops with the signal's reason, even while the sender says nothing. */
async function* whileWanted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await nextOrAbort(iterator, signal);
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: a silent sender would never let go. Its own failure is of no interest any more.
    iterator.return?.().catch(() => undefined);
  }
}

function nextOrAbort(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
