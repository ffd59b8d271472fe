import type { Digests } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { type GitObject, type Oid, oidOf } from '@covey/git-objects';

/** The alarm for stored bytes that are not what they were. Another device may still have the object. */
export function damaged(oid: Oid, cause?: unknown): CoveyError {
  return new CoveyError('OBJECT_DAMAGED', 'a stored object no longer matches its id', {
    data: { oid },
    cause,
  });
}

/** Neither a file name nor an index proves what an object is; its bytes do. @throws {CoveyError} OBJECT_DAMAGED */
export function checked(oid: Oid, object: GitObject, digests: Digests): GitObject {
  if (oidOf(object, digests) !== oid) throw damaged(oid);
  return object;
}
