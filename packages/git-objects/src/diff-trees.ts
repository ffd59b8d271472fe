import { CoveyError } from '@covey/errors';
import type { Oid } from './oid.ts';
import type { LooseTreeEntry } from './tree.ts';

/** A path whose file differs: its blob before and after, one of them missing when it came or went. */
export interface TreeChange {
  /** Names joined by `/`. */
  readonly path: string;
  readonly before?: Oid;
  readonly after?: Oid;
}

/** No path of a conversation is deeper (security.md section 6). */
const MAX_DEPTH = 6;
/** Trees that share subtrees make any number of paths out of few bytes (security.md A13). */
const MAX_ENTRIES_VISITED = 50_000;

interface Pair {
  readonly path: string;
  readonly depth: number;
  readonly before: Oid | undefined;
  readonly after: Oid | undefined;
}

/**
 * Lists the files that differ between two trees, ordered by path. Subtrees with equal ids are not read. A file that
 * becomes a folder, or the other way round, is a removal and additions; a change of the mode alone is a change with
 * `before` equal to `after`. `readTreeEntries` throws for what it cannot read, and may cache.
 * @throws {CoveyError} GIT_OBJECT_MALFORMED with `data.defect` when the trees are deeper than 6 or too wide together
 */
export async function diffTrees(
  from: Oid | undefined,
  to: Oid | undefined,
  readTreeEntries: (oid: Oid) => Promise<readonly LooseTreeEntry[]>,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  const pairs: Pair[] = from === to ? [] : [{ path: '', depth: 1, before: from, after: to }];
  let visited = 0;
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const { depth } = pair;
    if (depth > MAX_DEPTH) throw malformed(`deeper than ${MAX_DEPTH} levels`);
    const before = await byName(pair.before, readTreeEntries);
    const after = await byName(pair.after, readTreeEntries);
    visited += before.size + after.size;
    if (visited > MAX_ENTRIES_VISITED) throw malformed('too many entries differ');
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const path = pair.path + name;
      const old = before.get(name);
      const now = after.get(name);
      if (old?.oid === now?.oid && old?.mode === now?.mode) continue;
      const [oldFile, nowFile] = [fileOid(old), fileOid(now)];
      if (oldFile || nowFile) changes.push(change(path, oldFile, nowFile));
      const [oldFolder, nowFolder] = [folderOid(old), folderOid(now)];
      if (oldFolder !== nowFolder) {
        pairs.push({ path: `${path}/`, depth: depth + 1, before: oldFolder, after: nowFolder });
      }
    }
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function byName(
  oid: Oid | undefined,
  readTreeEntries: (oid: Oid) => Promise<readonly LooseTreeEntry[]>,
): Promise<ReadonlyMap<string, LooseTreeEntry>> {
  if (!oid) return new Map();
  return new Map((await readTreeEntries(oid)).map((entry) => [entry.name, entry]));
}

function isFolder({ mode }: LooseTreeEntry): boolean {
  return /^0*40000$/.test(mode);
}

function fileOid(entry: LooseTreeEntry | undefined): Oid | undefined {
  return entry && !isFolder(entry) ? entry.oid : undefined;
}

function folderOid(entry: LooseTreeEntry | undefined): Oid | undefined {
  return entry && isFolder(entry) ? entry.oid : undefined;
}

function change(path: string, before: Oid | undefined, after: Oid | undefined): TreeChange {
  return { path, ...(before && { before }), ...(after && { after }) };
}

function malformed(defect: string): CoveyError {
  return new CoveyError('GIT_OBJECT_MALFORMED', `trees cannot be compared: ${defect}`, {
    data: { defect },
  });
}
