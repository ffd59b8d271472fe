import { type Entry, exclusive, type History, inDisplayOrder } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type GitObject, type ObjectReader, type Oid, readRootTree } from '@covey/git-objects';

const MAX_HAVES = 128;
const MAX_SLICE_COMMITS = 2000;
/** Well below what a receiver takes: the last commit may bring many. */
const MAX_SLICE_OBJECTS = 12_000;

/**
 * What one has, for the other side to find what is missing: all heads, then commits ever further back,
 * and the root.
 */
export function havesOf(history: History): readonly Oid[] {
  return sample(history.heads, history.ordered);
}

/** The same of a part of the history: of these commits and their ancestors. */
export function havesBelow(history: History, tips: readonly Oid[]): readonly Oid[] {
  const entries = tips.map((oid) => history.entry(oid)).filter((entry) => entry !== undefined);
  return sample(entries, [...exclusive(entries, [])].sort(inDisplayOrder));
}

function sample(heads: readonly Entry[], ordered: readonly Entry[]): readonly Oid[] {
  const haves = new Set<Oid>(heads.slice(-MAX_HAVES / 2).map(({ oid }) => oid));
  for (
    let back = 1;
    back < ordered.length && haves.size < MAX_HAVES;
    back = Math.ceil(back * 1.5)
  ) {
    const entry = ordered[ordered.length - back];
    if (entry) haves.add(entry.oid);
  }
  if (ordered[0]) haves.add(ordered[0].oid);
  return [...haves];
}

/**
 * Commits that answer a fetch, oldest first and closed under parents, so that a cut-off receiver keeps
 * what it has judged. Unknown ids among `wants` and `haves` are read over.
 */
export function sliceFor(
  history: History,
  wants: readonly string[],
  haves: readonly string[],
): readonly Entry[] {
  const known = (oids: readonly string[]) =>
    oids.map((oid) => history.entry(oid)).filter((entry) => entry !== undefined);
  const missing = [...exclusive(known(wants), known(haves))].sort(inDisplayOrder);
  return missing.slice(0, MAX_SLICE_COMMITS);
}

/**
 * The objects of these commits, without those that their parents' trees have: whoever has the parents
 * has these. Stops at a commit boundary when `maxBytes` are reached (at least one commit comes).
 */
export async function objectsOf(
  entries: readonly Entry[],
  reader: ObjectReader,
  maxBytes: number,
): Promise<readonly GitObject[]> {
  const objects: GitObject[] = [];
  const sent = new Set<Oid>();
  const trees = new Map<Oid, ReadonlySet<Oid>>();
  let bytes = 0;
  for (const entry of entries) {
    if (bytes >= maxBytes || objects.length >= MAX_SLICE_OBJECTS) break;
    const known = new Set<Oid>();
    for (const { tree } of entry.parents) {
      for (const oid of await contents(tree, reader, trees)) known.add(oid);
    }
    const oids = [entry.oid, ...(await contents(entry.tree, reader, trees))];
    for (const oid of oids) {
      if (known.has(oid) || sent.has(oid)) continue;
      sent.add(oid);
      const object = await reader.read(oid);
      if (!object) throw new CoveyError('OBJECT_MISSING', `no object ${oid}`, { data: { oid } });
      objects.push(object);
      bytes += object.bytes.length;
    }
  }
  return objects;
}

/** Ids of a tree and all that is in it. The last few are kept: neighbours mostly share one. */
async function contents(
  tree: Oid,
  reader: ObjectReader,
  kept: Map<Oid, ReadonlySet<Oid>>,
): Promise<ReadonlySet<Oid>> {
  const known = kept.get(tree);
  if (known) return known;
  const found = new Set<Oid>([tree]);
  const open = [tree];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const object = await reader.read(oid);
    if (object?.type !== 'tree')
      throw new CoveyError('OBJECT_MISSING', `no tree ${oid}`, { data: { oid } });
    for (const entry of readRootTree(object.bytes)) {
      if (entry.mode === '40000' && !found.has(entry.oid)) open.push(entry.oid);
      found.add(entry.oid);
    }
  }
  if (kept.size >= 16) kept.delete([...kept.keys()][0] as Oid); // Not empty: just counted.
  kept.set(tree, found);
  return found;
}
