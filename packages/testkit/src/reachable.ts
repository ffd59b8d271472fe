import {
  type GitObject,
  type ObjectReader,
  type ObjectStore,
  type Oid,
  readCommit,
  readCommitLinks,
  readTreeLoosely,
} from '@covey/git-objects';

/** Copies commits with their trees and files, as far as the source has them. Their parents are not followed. */
export async function copyReachable(
  commits: readonly Oid[],
  from: ObjectReader,
  to: ObjectStore,
): Promise<void> {
  const open = [...commits];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (await to.has(oid)) {
      // A commit may lie there forged and unread, without its tree.
      if (!commits.includes(oid)) continue;
    }
    const object = await from.read(oid);
    if (!object) continue;
    await to.write([object]);
    if (object.type === 'commit') {
      const { commit } = readCommit(object.bytes);
      if (commit) open.push(commit.tree);
    } else if (object.type === 'tree') {
      open.push(...readTreeLoosely(object.bytes).entries.map((entry) => entry.oid));
    }
  }
}

/** Ids that an object names, its parents included; none where it can't be read, for it is there to be refused. */
export function namedIn({ type, bytes }: GitObject): readonly Oid[] {
  if (type === 'blob') return [];
  if (type === 'commit') {
    const links = readCommitLinks(bytes);
    return links ? [links.tree, ...links.parents] : [];
  }
  try {
    return readTreeLoosely(bytes).entries.map(({ oid }) => oid);
  } catch {
    return [];
  }
}
