import type { Digests } from '@covey/codec';
import { type GitObject, type Oid, oidOf, type TreeEntry, writeTree } from '@covey/git-objects';

/** The Git trees of a state: its id, and all tree objects, leaves first. */
export function materialize(
  files: ReadonlyMap<string, Oid>,
  digests: Digests,
): { readonly tree: Oid; readonly objects: readonly GitObject[] } {
  const objects: GitObject[] = [];
  const tree = write(folderOf(files), digests, objects);
  return { tree, objects };
}

type Folder = Map<string, Folder | Oid>;

function folderOf(files: ReadonlyMap<string, Oid>): Folder {
  const root: Folder = new Map();
  for (const [path, oid] of files) {
    const names = path.split('/');
    const name = names.pop() ?? '';
    let folder = root;
    for (const step of names) {
      let next = folder.get(step);
      if (!(next instanceof Map)) {
        next = new Map();
        folder.set(step, next);
      }
      folder = next;
    }
    folder.set(name, oid);
  }
  return root;
}

function write(folder: Folder, digests: Digests, objects: GitObject[]): Oid {
  const entries: TreeEntry[] = [];
  for (const [name, entry] of folder) {
    entries.push(
      entry instanceof Map
        ? { mode: '40000', name, oid: write(entry, digests, objects) }
        : { mode: '100644', name, oid: entry },
    );
  }
  const object: GitObject = { type: 'tree', bytes: writeTree(entries) };
  objects.push(object);
  return oidOf(object, digests);
}
