import { readCommit } from './commit.ts';
import { isOid, type Oid } from './oid.ts';

/** What a commit leads to. */
export interface CommitLinks {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
}

const TREE = 'tree ';
const PARENT = 'parent ';
const OID_CHARACTERS = 40;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const [P, T] = [0x70, 0x74];
const latin1 = new TextDecoder('latin1');

/**
 * Tree and parents as `readCommit` finds them, for a quarter of the work where the commit has its headers in order.
 * `undefined` when they cannot be understood. Of a commit with a defect elsewhere they may be told all the same.
 */
export function readCommitLinks(bytes: Uint8Array): CommitLinks | undefined {
  return inOrder(bytes) ?? readCommit(bytes).commit;
}

function inOrder(bytes: Uint8Array): CommitLinks | undefined {
  const tree = oidAfter(bytes, 0, TREE);
  if (tree === undefined) return undefined;
  let at = lineAfter(TREE, 0);
  const parents: Oid[] = [];
  for (let parent = oidAfter(bytes, at, PARENT); parent; parent = oidAfter(bytes, at, PARENT)) {
    parents.push(parent);
    at = lineAfter(PARENT, at);
  }
  return hasMore(bytes, at) ? undefined : { tree, parents };
}

/** Whether a line of the headers from here on could be one more tree or parent, or go on with one. */
function hasMore(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length && bytes[at] !== NEWLINE; ) {
    const first = bytes[at];
    if (first === P || first === T || first === SPACE) return true;
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return false;
    at = end + 1;
  }
  return false;
}

/** The id of a line of this name, if that is what stands here. */
function oidAfter(bytes: Uint8Array, at: number, name: string): Oid | undefined {
  const start = at + name.length;
  if (bytes[start + OID_CHARACTERS] !== NEWLINE) return undefined;
  for (let index = 0; index < name.length; index++) {
    if (bytes[at + index] !== name.charCodeAt(index)) return undefined;
  }
  const oid = latin1.decode(bytes.subarray(start, start + OID_CHARACTERS));
  return isOid(oid) ? oid : undefined;
}

function lineAfter(name: string, at: number): number {
  return at + name.length + OID_CHARACTERS + 1;
}
