import { inOrder, mustRead } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import {
  type CommitLinks,
  type GitObject,
  type ObjectReader,
  type Oid,
  readCommitLinks,
  readRootTree,
} from '@covey/git-objects';

/**
 * Of all trees of one pack. Listing trees is the most that a byte of a pack can cost; honest slices end soon after
 * 8 MiB of objects of any kind.
 */
const MAX_TREE_BYTES = 12 * 1024 * 1024;

/** The commits that came with one fetch. */
export interface Incoming {
  /** Parents first. */
  readonly order: readonly Oid[];
  /** What each leads to; `undefined` for one that cannot be understood. Little, as thousands may wait for others. */
  readonly commits: ReadonlyMap<Oid, CommitLinks | undefined>;
}

/** Of the objects that came, the commits. */
export async function incomingCommits(
  oids: readonly Oid[],
  reader: ObjectReader,
): Promise<Incoming> {
  const commits = new Map<Oid, CommitLinks | undefined>();
  const parentsOf = new Map<Oid, readonly Oid[]>();
  for (const oid of oids) {
    const object = await reader.read(oid);
    if (object?.type !== 'commit') continue;
    const links = readCommitLinks(object.bytes);
    commits.set(oid, links);
    parentsOf.set(oid, links?.parents ?? []);
  }
  return { order: inOrder(parentsOf), commits };
}

/** Those that no other one has as parent. */
export function tipsOf({ order, commits }: Incoming): readonly Oid[] {
  const parents = new Set([...commits.values()].flatMap((links) => links?.parents ?? []));
  return order.filter((oid) => !parents.has(oid));
}

/**
 * The commits that are new here, parents first. One whose parents are neither here nor among them is a promise
 * without delivery.
 * @throws {CoveyError} OBJECT_MISSING
 */
export function newAmong(
  { order, commits }: Incoming,
  knows: (oid: Oid) => boolean,
): readonly Oid[] {
  const fresh = order.filter((oid) => !knows(oid));
  for (const oid of fresh) {
    const parents = commits.get(oid)?.parents ?? [];
    const missing = parents.find((parent) => !knows(parent) && !commits.has(parent));
    if (missing !== undefined) {
      throw new CoveyError('OBJECT_MISSING', `commit ${oid} came without its parent ${missing}`, {
        data: { oid: missing },
      });
    }
  }
  return fresh;
}

/**
 * Everything that these commits consist of, as far as it came with them. What is neither among the
 * objects that came nor in the store is missing; what came and isn't reached is left to be dropped.
 * @throws {CoveyError} OBJECT_MISSING, GIT_OBJECT_MALFORMED, PACK_LIMIT_EXCEEDED
 */
export async function reachedObjects(
  order: readonly Oid[],
  commits: Incoming['commits'],
  came: ReadonlySet<Oid>,
  reader: ObjectReader,
): Promise<ReadonlySet<Oid>> {
  const reached = new Set<Oid>();
  const checked = new Set<Oid>();
  const open: GitObject[] = [];
  let treeBytes = 0;
  // Everything is asked for when it is named: a tree full of nothing costs its first entry, not all of them.
  const check = async (oid: Oid, type: 'tree' | 'blob') => {
    if (checked.has(oid)) return;
    checked.add(oid);
    const object = await mustRead(oid, type, reader);
    // What the store has was complete when it was admitted.
    if (!came.has(oid)) return;
    reached.add(oid);
    if (type !== 'tree') return;
    treeBytes += object.bytes.length;
    if (treeBytes > MAX_TREE_BYTES) {
      throw new CoveyError('PACK_LIMIT_EXCEEDED', 'too many bytes of trees');
    }
    open.push(object);
  };
  for (const oid of order) {
    reached.add(oid);
    const links = commits.get(oid);
    if (links) await check(links.tree, 'tree');
    for (let tree = open.pop(); tree; tree = open.pop()) {
      // A folder that is empty is refused where it is named.
      for (const entry of readRootTree(tree.bytes)) {
        await check(entry.oid, entry.mode === '40000' ? 'tree' : 'blob');
      }
    }
  }
  return reached;
}
