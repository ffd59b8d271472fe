import type { History } from '@covey/conversation';
import {
  type ObjectReader,
  type Oid,
  readCommit,
  readCommitLinks,
  readTreeLoosely,
} from '@covey/git-objects';

/** Most folders that are looked into: a tree may be made to be too deep or too wide. */
const MOST_FOLDERS = 200;

/** What kind of path a commit is about: that of the refusal, or else those that it changes against its first parent. */
export async function pathClass(
  commit: Oid,
  refusedPath: string | undefined,
  reader: ObjectReader,
): Promise<string> {
  const links = await linksOf(commit, reader);
  const refused = refusedPath === undefined ? undefined : classOf(refusedPath);
  if (refused !== undefined && links?.parents.length !== 0) return refused;
  if (!links) return 'no path';
  const after = await filesOf(links.tree, reader);
  const [parent] = links.parents;
  const parentLinks = parent && (await linksOf(parent, reader));
  const before = parentLinks ? await filesOf(parentLinks.tree, reader) : new Map<string, string>();
  if (!after || !before) return 'unreadable tree';
  const changed = [...new Set([...after.keys(), ...before.keys()])].filter(
    (path) => after.get(path) !== before.get(path),
  );
  const classes = [...new Set(changed.map(classOf))].sort();
  const all = classes.length === 0 ? 'no path' : classes.join(' + ');
  // All of a root is new.
  return refused === undefined ? all : `${refused}, in a root of ${all}`;
}

/** The folder of the layout, down to what a ban or a vote is about. */
function classOf(path: string): string {
  const [folder = '', ...rest] = path.split('/');
  const depth = folder === 'votes' ? 2 : folder === 'banned' ? 1 : 0;
  if (path === 'profile.vcf') return path;
  const known = ['admins', 'members', 'invited', 'devices', 'banned', 'votes', 'CRLs'];
  if (!known.includes(folder) || rest.length <= depth) return 'stray file';
  return [folder, ...rest.slice(0, depth)].join('/');
}

/** What a commit stands on, what is beside it and what stands on it, in words. */
export async function parentShape(
  { commit, conversation, heads }: { commit: Oid; conversation: Oid; heads: readonly Oid[] },
  history: History,
  reader: ObjectReader,
): Promise<string> {
  const links = await linksOf(commit, reader);
  if (!links) return 'unreadable';
  const { parents } = links;
  const kinds = await Promise.all(parents.map((parent) => kindOf(parent, reader)));
  const rootly = commit === conversation ? 'root' : 'second root';
  const base =
    parents.length === 0
      ? rootly
      : `${parents.length === 1 ? 'on' : 'merge of'} ${kinds.sort().join(' and ')}`;
  const below = await ancestorsOf(parents, reader);
  const { isBeside, upon } = await around(commit, heads, below, reader);
  const tags = [
    isOverVoid(below, history) ? ', over a void commit' : '',
    isBeside ? ', beside others' : '',
    upon ? `, under ${upon}` : '',
  ];
  return base + tags.join('');
}

async function kindOf(commit: Oid, reader: ObjectReader): Promise<string> {
  const links = await linksOf(commit, reader);
  if (!links) return 'nothing';
  const [first] = links.parents;
  if (!first) return 'the root';
  if (links.parents.length > 1) return 'a merge';
  return (await linksOf(first, reader))?.tree === links.tree ? 'a text' : 'an act';
}

async function ancestorsOf(from: readonly Oid[], reader: ObjectReader): Promise<ReadonlySet<Oid>> {
  const met = new Set<Oid>();
  const open = [...from];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (met.has(oid)) continue;
    met.add(oid);
    open.push(...((await linksOf(oid, reader))?.parents ?? []));
  }
  return met;
}

function isOverVoid(below: ReadonlySet<Oid>, history: History): boolean {
  const voids = history.voids();
  return [...below].some((oid) => {
    const entry = history.entry(oid);
    return entry !== undefined && voids.reasonOf(entry) !== undefined;
  });
}

/** Is there anything that is neither among its ancestors nor stands on it, and what stands on it directly? */
async function around(
  commit: Oid,
  heads: readonly Oid[],
  below: ReadonlySet<Oid>,
  reader: ObjectReader,
): Promise<{ isBeside: boolean; upon: string | undefined }> {
  let isBeside = false;
  const children: string[] = [];
  for (const oid of await ancestorsOf(heads, reader)) {
    const links = await linksOf(oid, reader);
    if (oid === commit || below.has(oid) || !links) continue;
    if (links.parents.includes(commit)) children.push(await kindOf(oid, reader));
    else if (!(await ancestorsOf([oid], reader)).has(commit)) isBeside = true;
  }
  return { isBeside, upon: children.sort()[0] };
}

async function linksOf(commit: Oid, reader: ObjectReader) {
  const object = await reader.read(commit);
  if (object?.type !== 'commit') return undefined;
  return readCommitLinks(object.bytes) ?? readCommit(object.bytes).commit;
}

async function filesOf(
  tree: Oid,
  reader: ObjectReader,
): Promise<ReadonlyMap<string, string> | undefined> {
  const files = new Map<string, string>();
  const open: { oid: Oid; path: string }[] = [{ oid: tree, path: '' }];
  for (let folders = 0; folders < MOST_FOLDERS; folders++) {
    const folder = open.pop();
    if (!folder) return files;
    const object = await reader.read(folder.oid);
    if (object?.type !== 'tree') {
      if (folder.path === '') return undefined;
      files.set(folder.path, folder.oid);
      continue;
    }
    try {
      for (const { mode, name, oid } of readTreeLoosely(object.bytes).entries) {
        const path = folder.path + name;
        if (mode === '40000') open.push({ oid, path: `${path}/` });
        else files.set(path, `${mode} ${oid}`);
      }
    } catch {
      return undefined; // Not to be cut into entries.
    }
  }
  return files;
}
