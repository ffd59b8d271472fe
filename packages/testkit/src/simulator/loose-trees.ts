import { CoveyError } from '@covey/errors';
import {
  type GitObject,
  isEntryName,
  readTreeLoosely,
  type TreeEntry,
  writeTree,
} from '@covey/git-objects';

/** A tree as somebody reads it who doesn't mind its form: without what is wrong in it. */
export function goodPart(tree: GitObject): GitObject {
  const { entries, defects } = readLoosely(tree.bytes);
  if (defects.length === 0) return tree;
  const kept = new Map<string, TreeEntry>();
  for (const { mode, name, oid } of entries) {
    if (mode !== '100644' && mode !== '40000') continue;
    if (isEntryName(name)) kept.set(name.toLowerCase(), { mode, name, oid });
  }
  return { type: 'tree', bytes: writeTree([...kept.values()]) };
}

function readLoosely(bytes: Uint8Array): ReturnType<typeof readTreeLoosely> {
  try {
    return readTreeLoosely(bytes);
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    return { entries: [], defects: ['cannot be read'] };
  }
}
