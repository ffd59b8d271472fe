import type { GitObject, Oid } from '@covey/git-objects';

/** Per conversation, of which a peer has hundreds. */
const MAX_BYTES = 1024 * 1024;
/** Larger objects are files, read once; keeping them would throw out hundreds of trees. */
const MAX_OBJECT_BYTES = 32 * 1024;

/** The objects that were read or written last. Objects never change, so nothing here grows stale. */
export class RecentObjects {
  readonly #objects = new Map<Oid, GitObject>();
  #bytes = 0;

  find(oid: Oid): GitObject | undefined {
    const object = this.#objects.get(oid);
    if (object) {
      this.#objects.delete(oid);
      this.#objects.set(oid, object); // The last one used goes last.
    }
    return object;
  }

  add(oid: Oid, object: GitObject): void {
    if (object.bytes.length > MAX_OBJECT_BYTES || this.#objects.has(oid)) return;
    this.#objects.set(oid, object);
    this.#bytes += object.bytes.length;
    for (const [oldest, { bytes }] of this.#objects) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#objects.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
