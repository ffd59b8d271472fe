import { type Digests, toHex, utf8 } from '@covey/codec';
import type { Oid } from '@covey/git-objects';

/**
 * Names a resolved state and the heads that it was resolved from, 64 hex digits: SHA-256 of
 * "covey/1 state", the tree id and the sorted head ids, a line each. The same commits with
 * another digest is a bug in one of two programs.
 */
export function stateDigest(tree: Oid, heads: readonly Oid[], digests: Digests): string {
  return toHex(digests.sha256(utf8(['covey/1 state', tree, ...[...heads].sort(), ''].join('\n'))));
}
