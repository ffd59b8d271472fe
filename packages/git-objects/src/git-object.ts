import { type Digests, utf8 } from '@covey/codec';
import { type Oid, oidFromBytes } from './oid.ts';

/** The kinds of object that a conversation is made of. Tags are not among them. */
export type ObjectType = 'commit' | 'tree' | 'blob';

/** An object without its `type size NUL` header. Whoever holds one must not change its bytes. */
export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

/** The `type size NUL` bytes that are hashed, and stored, before an object's own bytes. */
export function objectHeader({ type, bytes }: GitObject): Uint8Array {
  return utf8(`${type} ${bytes.length}\0`);
}

/** The id of an object, computed from its bytes and never taken from a peer. */
export function oidOf(object: GitObject, digests: Digests): Oid {
  return oidFromBytes(digests.sha1(objectHeader(object), object.bytes));
}
