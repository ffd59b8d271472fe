import { invariant } from '@covey/errors';

/** What an object consists of. It may be read more than once, for an adapter may have to try again. */
export interface PackContent {
  readonly size: number;
  bytes(): AsyncIterable<Uint8Array>;
}

/** Part of an object: from a byte on, up to another one that is no part of it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Port: where a mirror keeps what it was given. Objects never change; there may be several that use one store. Names are
 * parts of lower-case letters, digits and hyphens, with slashes between them.
 */
export interface PackStore {
  /**
   * Creates an object; when one of that name is there it stays as it is, and this answers false. Of several at once one
   * wins. What has been created is whole, and there after a power loss; what failed left nothing.
   */
  create(name: string, content: PackContent): Promise<boolean>;
  /** The bytes, from first to last; `undefined` when there is no such object. */
  read(name: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** In bytes; `undefined` when there is no such object. */
  size(name: string): Promise<number | undefined>;
  /** Names of the objects directly in a folder, with it, in ascending order. */
  list(folder: string): AsyncIterable<string>;
  /** For good; succeeds as well when it is gone already. */
  remove(name: string): Promise<void>;
}

const NAME = /^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)*$/;

/** Names are made by ourselves: anything else is a mistake of ours. @throws {InvariantError} */
export function checkPackName(name: string): void {
  invariant(NAME.test(name) && name.length <= 512, 'a store has no such names');
}

/** An object that lies in memory. */
export function contentOf(bytes: Uint8Array): PackContent {
  return {
    size: bytes.length,
    async *bytes() {
      yield bytes;
    },
  };
}

/** A store in memory: the promises without the disk. */
export class MemoryPackStore implements PackStore {
  readonly #objects = new Map<string, Uint8Array>();

  async create(name: string, content: PackContent): Promise<boolean> {
    checkPackName(name);
    const whole = new Uint8Array(content.size);
    let at = 0;
    for await (const part of content.bytes()) {
      whole.set(part, at);
      at += part.length;
    }
    invariant(at === content.size, 'content is as long as it says');
    if (this.#objects.has(name)) return false;
    this.#objects.set(name, whole);
    return true;
  }

  async read(name: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined> {
    checkPackName(name);
    const whole = this.#objects.get(name);
    return whole && contentOf(whole.slice(range?.start, range?.end)).bytes();
  }

  async size(name: string): Promise<number | undefined> {
    checkPackName(name);
    return this.#objects.get(name)?.length;
  }

  async *list(folder: string): AsyncGenerator<string> {
    checkPackName(folder);
    const isIn = (name: string) =>
      name.startsWith(`${folder}/`) && !name.slice(folder.length + 1).includes('/');
    yield* [...this.#objects.keys()].filter(isIn).sort();
  }

  async remove(name: string): Promise<void> {
    checkPackName(name);
    this.#objects.delete(name);
  }
}
