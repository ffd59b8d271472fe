import { inOrder, mustRead } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import {
  type ObjectReader,
  type Oid,
  type ReadCommit,
  readCommit,
  readTree,
} from '@covey/git-objects';

/** The commits that came with one fetch. */
export interface Incoming {
  /** Parents first. */
  readonly order: readonly Oid[];
  /** As they were read: once is enough. */
  readonly commits: ReadonlyMap<Oid, ReadCommit>;
}

/** Of the objects that came, the commits. */
export async function incomingCommits(
  oids: readonly Oid[],
  reader: ObjectReader,
): Promise<Incoming> {
  const commits = new Map<Oid, ReadCommit>();
  const parentsOf = new Map<Oid, readonly Oid[]>();
  for (const oid of oids) {
    const object = await reader.read(oid);
    if (object?.type !== 'commit') continue;
    const read = readCommit(object.bytes);
    commits.set(oid, read);
    parentsOf.set(oid, read.commit?.parents ?? []);
  }
  return { order: inOrder(parentsOf), commits };
}

/** Those that no other one has as parent. */
export function tipsOf({ order, commits }: Incoming): readonly Oid[] {
  const parents = new Set([...commits.values()].flatMap(({ commit }) => commit?.parents ?? []));
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
    const parents = commits.get(oid)?.commit?.parents ?? [];
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
 * @throws {CoveyError} OBJECT_MISSING, GIT_OBJECT_MALFORMED
 */
export async function reachedObjects(
  order: readonly Oid[],
  commits: Incoming['commits'],
  came: ReadonlySet<Oid>,
  reader: ObjectReader,
): Promise<ReadonlySet<Oid>> {
  const reached = new Set<Oid>();
  const checked = new Set<Oid>();
  for (const oid of order) {
    reached.add(oid);
    const { commit } = commits.get(oid) ?? {};
    const open: { oid: Oid; type: 'tree' | 'blob' }[] = commit
      ? [{ oid: commit.tree, type: 'tree' }]
      : [];
    for (let next = open.pop(); next; next = open.pop()) {
      if (checked.has(next.oid)) continue;
      checked.add(next.oid);
      // What the store has was complete when it was admitted.
      if (!came.has(next.oid)) {
        await mustRead(next.oid, next.type, reader);
        continue;
      }
      reached.add(next.oid);
      const object = await mustRead(next.oid, next.type, reader);
      if (object.type !== 'tree') continue;
      for (const entry of readTree(object.bytes)) {
        open.push({ oid: entry.oid, type: entry.mode === '40000' ? 'tree' : 'blob' });
      }
    }
  }
  return reached;
}
