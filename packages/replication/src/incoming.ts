import { inOrder, mustRead } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type ObjectReader, type Oid, readCommit, readTree } from '@covey/git-objects';

/**
 * Of the objects that came, the commits that are new here, parents first. A commit whose parents are
 * neither here nor among them is a promise without delivery.
 * @throws {CoveyError} OBJECT_MISSING
 */
export async function incomingCommits(
  oids: readonly Oid[],
  reader: ObjectReader,
  knows: (oid: Oid) => boolean,
): Promise<readonly Oid[]> {
  const parentsOf = new Map<Oid, readonly Oid[]>();
  for (const oid of oids) {
    if (knows(oid)) continue;
    const object = await reader.read(oid);
    if (object?.type !== 'commit') continue;
    parentsOf.set(oid, readCommit(object.bytes).commit?.parents ?? []);
  }
  for (const [oid, parents] of parentsOf) {
    const missing = parents.find((parent) => !knows(parent) && !parentsOf.has(parent));
    if (missing !== undefined) {
      throw new CoveyError('OBJECT_MISSING', `commit ${oid} came without its parent ${missing}`, {
        data: { oid: missing },
      });
    }
  }
  return inOrder(parentsOf);
}

/**
 * Everything that these commits consist of, as far as it came with them. What is neither among the
 * objects that came nor in the store is missing; what came and isn't reached is left to be dropped.
 * @throws {CoveyError} OBJECT_MISSING, GIT_OBJECT_MALFORMED
 */
export async function reachedObjects(
  commits: readonly Oid[],
  came: ReadonlySet<Oid>,
  reader: ObjectReader,
): Promise<ReadonlySet<Oid>> {
  const reached = new Set<Oid>();
  const checked = new Set<Oid>();
  for (const oid of commits) {
    reached.add(oid);
    const { commit } = readCommit((await mustRead(oid, 'commit', reader)).bytes);
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
