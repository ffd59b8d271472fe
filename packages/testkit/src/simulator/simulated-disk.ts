import type { ConversationStore, Quarantine } from '@covey/device';
import { CoveyError } from '@covey/errors';
import type { GitObject, Oid, Refs } from '@covey/git-objects';
import type { Chance } from './chance.ts';
import { goodPart } from './loose-trees.ts';
import { NamedObject } from './named-object.ts';
import { openParcel } from './parcels.ts';
import type { VirtualTime } from './virtual-time.ts';

/** All that a disk has, at one moment. */
export interface DiskImage {
  readonly objects: ReadonlyMap<Oid, NamedObject>;
  readonly refs: Refs;
}

/** A running program, as its disk and its connections know it: when it has died nothing is answered any more. */
export interface Life {
  readonly alive: boolean;
}

const SYNC_MS = 8;
/** A disk that forgets what was not synced, when its device crashes; that can be full; of which there may be an old copy. */
export class SimulatedDisk {
  readonly #time: VirtualTime;
  readonly #chance: Chance;
  readonly #owner: string;
  #objects = new Map<Oid, NamedObject>();
  #refs: Refs = new Map();
  /** What is being written. */
  readonly #unsynced = new Set<() => void>();
  /** Its reader takes trees of any form. */
  readonly isLoose: boolean;
  isFull = false;
  bytes = 0;

  constructor(
    owner: string,
    time: VirtualTime,
    chance: Chance,
    { isLoose = false }: { isLoose?: boolean } = {},
  ) {
    this.isLoose = isLoose;
    this.#owner = owner;
    this.#time = time;
    this.#chance = chance;
  }

  get isEmpty(): boolean {
    return this.#refs.size === 0;
  }

  object(oid: Oid): GitObject | undefined {
    return this.#objects.get(oid);
  }

  has(oid: Oid): boolean {
    return this.#objects.has(oid);
  }

  image(): DiskImage {
    return { objects: new Map(this.#objects), refs: this.#refs };
  }

  restore({ objects, refs }: DiskImage): void {
    this.#objects = new Map(objects);
    this.#refs = refs;
  }

  /** Of what was not synced each call's writes may be there or not; refs are the old or the new ones, never a mixture. */
  crash(): void {
    for (const reachesDisk of this.#unsynced) if (this.#chance.happens(0.5)) reachesDisk();
    this.#unsynced.clear();
  }

  /** The repository on this disk, for as long as a program lives. */
  open(life: Life): ConversationStore {
    const read = async (oid: Oid) => this.#shown(this.#objects.get(oid));
    const write = async (objects: readonly GitObject[]) => {
      const named = objects.map(NamedObject.of);
      await this.#sync(life, [
        () => {
          for (const object of named) this.#put(object);
        },
      ]);
      return named.map(({ oid }) => oid);
    };
    return {
      ...{ read, write },
      refs: async () => this.#refs,
      replaceRefs: (refs) =>
        this.#sync(life, [
          () => {
            this.#refs = new Map(refs);
          },
        ]),
      quarantine: async () => this.#quarantine(read, write),
      pack: async () => {},
      close: async () => {},
    };
  }

  #shown(object: NamedObject | undefined): GitObject | undefined {
    return this.isLoose && object?.type === 'tree' ? goodPart(object) : object;
  }

  #put(object: NamedObject): void {
    if (this.#objects.has(object.oid)) return;
    this.#objects.set(object.oid, object);
    this.bytes += object.bytes.length;
  }

  /** Resolves when the writes would survive a crash; never when the program dies before. */
  #sync(life: Life, writes: readonly (() => void)[]): Promise<void> {
    // As the file system of Node says it.
    if (this.isFull)
      return Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    for (const write of writes) this.#unsynced.add(write);
    return new Promise((resolve) => {
      this.#time.after(this.#chance.between(1, SYNC_MS), this.#owner, () => {
        if (!life.alive) return;
        for (const write of writes) {
          this.#unsynced.delete(write);
          write();
        }
        resolve();
      });
    });
  }

  #quarantine(
    read: ConversationStore['read'],
    write: (objects: readonly GitObject[]) => Promise<unknown>,
  ): Quarantine {
    const came = new Map<Oid, NamedObject>();
    return {
      receive: async (chunks, { limits, signal }) => {
        for await (const chunk of chunks) {
          for (const object of openParcel(chunk).map(NamedObject.of)) came.set(object.oid, object);
        }
        signal.throwIfAborted();
        const bytes = [...came.values()].reduce((sum, object) => sum + object.bytes.length, 0);
        if (came.size > limits.maxObjects || bytes > limits.maxInflatedBytes) {
          throw new CoveyError('PACK_LIMIT_EXCEEDED', 'too much in one parcel');
        }
        return [...came.keys()];
      },
      objects: { read: async (oid) => this.#shown(came.get(oid)) ?? read(oid) },
      admit: async (oids) => {
        await write([...came].filter(([oid]) => oids.has(oid)).map(([, object]) => object));
      },
      drop: async () => came.clear(),
    };
  }
}
