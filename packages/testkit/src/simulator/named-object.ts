import { type GitObject, type Oid, oidOf } from '@covey/git-objects';
import { SIMULATED_CRYPTO } from './simulated-crypto.ts';

/** An object together with its id, computed from its bytes: once for all who hold the same copy. */
export class NamedObject implements GitObject {
  readonly type: GitObject['type'];
  readonly bytes: Uint8Array;
  readonly oid: Oid;

  private constructor(object: GitObject) {
    this.type = object.type;
    this.bytes = object.bytes;
    this.oid = oidOf(object, SIMULATED_CRYPTO.digests);
  }

  static of(object: GitObject): NamedObject {
    return object instanceof NamedObject ? object : new NamedObject(object);
  }
}
