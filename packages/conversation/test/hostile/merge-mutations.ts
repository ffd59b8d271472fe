import { toBase64, toHex, utf8 } from '@covey/codec';
import { GroupState, layout } from '@covey/conversation';
import {
  commitPayload,
  type GitObject,
  MemoryObjectStore,
  type ObjectReader,
  type Oid,
  oidOf,
  signedCommit,
  type TreeEntry,
  writeTree,
} from '@covey/git-objects';
import { TEST_CRYPTO } from '@covey/testkit';
import type { MergeScene } from './merge-scenes.ts';

/** One change of the tree of a merge. Numbers choose among what the scene has. */
export interface Mutation {
  readonly kind: (typeof MUTATIONS)[number];
  readonly at: number;
  readonly with: number;
}

export const MUTATIONS = ['add', 'drop', 'edit', 'rename', 'mode', 'swap', 'whole'] as const;

/** Modes that Git knows, and some that it knew. */
const MODES = ['100755', '120000', '160000', '100664', '100600', '040000', '0100644', '40000'];

type Files = ReadonlyMap<string, Oid>;
interface Mutant {
  readonly files: Files;
  readonly mode?: readonly [path: string, mode: string];
  /** A file that is nowhere else. */
  readonly fresh?: GitObject;
}

const pick = <T>(from: readonly T[], at: number): T => from[at % from.length] as T; // None is empty.

/** The mutated tree; `undefined` when nothing would be changed by it. */
export function mutated(scene: MergeScene, mutation: Mutation): Mutant | undefined {
  const { files } = scene.exact;
  const there = [...files.keys()];
  const path = pick(there, mutation.at);
  // Half of the files and paths that come new are of this history, half are of nobody's.
  const fresh: GitObject = { type: 'blob', bytes: utf8(`forged ${mutation.with}`) };
  const isFresh = mutation.with % 2 === 1;
  const blob = isFresh ? oidOf(fresh, TEST_CRYPTO.digests) : pick(scene.blobs, mutation.with >> 1);
  const free = scene.paths.filter((each) => !files.has(each));
  const pathFor = (n: number) => (n % 2 === 1 ? strangePath(n >> 1) : pick(free, n >> 1));
  const mutant: Mutant = (() => {
    switch (mutation.kind) {
      case 'add':
        return { files: changed(files, [[pathFor(mutation.at), blob]]) };
      case 'drop':
        return { files: changed(files, [[path, undefined]]) };
      case 'edit':
        return { files: changed(files, [[path, blob]]) };
      case 'rename':
        return {
          files: changed(files, [
            [path, undefined],
            [pathFor(mutation.with), files.get(path)],
          ]),
        };
      case 'mode':
        return { files, mode: [path, pick(MODES, mutation.with)] };
      case 'swap': {
        const other = pick(there, mutation.with);
        return {
          files: changed(files, [
            [path, files.get(other)],
            [other, files.get(path)],
          ]),
        };
      }
      case 'whole':
        return { files: pick(scene.whole, mutation.at).files };
    }
  })();
  if (!mutant.mode && isSame(mutant.files, files)) return undefined;
  return isFresh ? { ...mutant, fresh } : mutant;
}

/** A path of the layout, or nearly, about somebody whom nobody has heard of. */
function strangePath(n: number): string {
  const id = toHex(TEST_CRYPTO.digests.sha1(utf8(`stranger ${n}`)));
  const device = toHex(TEST_CRYPTO.digests.sha256(utf8(`stranger ${n}`)));
  const paths = [
    ...[layout.adminPath(id), layout.memberPath(id), layout.invitedPath(id), layout.crlPath(id)],
    ...[layout.devicePath(device), layout.bannedPath('devices', device)],
    ...[layout.bannedPath('admins', id), layout.bannedPath('invited', id)],
    ...layout.VOTE_ACTIONS.map((action) => layout.votePath(action, 'members', id, id)),
    ...[`admins/${id}`, `members/${id}.CRT`, `${id}.txt`, `devices/${id}.crt`],
  ];
  return pick(paths, n);
}

/** Judges a merge of the scene's heads with that tree by production code; answers its tree, and the rule that refuses it. */
export async function ruleAgainst(
  { device, parents }: MergeScene,
  mutant: Mutant,
): Promise<{ readonly tree: Oid; readonly rule: string | undefined }> {
  const overlay = new MemoryObjectStore(TEST_CRYPTO.digests);
  const objects: GitObject[] = mutant.fresh ? [mutant.fresh] : [];
  const tree = writeFolder(mutant, '', objects);
  await overlay.write(objects);
  const person = {
    ...{ name: device.writer.displayName, email: device.deviceId },
    ...{ time: 1_795_300_900, zone: '+0000' },
  };
  const payload = commitPayload({ tree, parents, person, message: `Merge commit '${parents[1]}'` });
  const [commit] = await overlay.write([
    {
      type: 'commit',
      bytes: signedCommit(payload, toBase64(await device.writer.signer.sign(payload))),
    },
  ]);
  if (!commit) throw new Error('a store answers with one id per object');
  const reader: ObjectReader = {
    read: async (oid) => (await overlay.read(oid)) ?? device.store.read(oid),
  };
  const judged = await device.history.draft().judge(commit, reader);
  return { tree, rule: 'broken' in judged ? judged.broken.rule : undefined };
}

function changed(files: Files, changes: readonly (readonly [string, Oid | undefined])[]): Files {
  return new GroupState(files).with(changes).files;
}

function isSame(one: Files, other: Files): boolean {
  return one.size === other.size && [...one].every(([path, oid]) => other.get(path) === oid);
}

/** Writes the folder of these files and all below it; a file and a folder of one name stand side by side. */
function writeFolder({ files, mode }: Mutant, prefix: string, objects: GitObject[]): Oid {
  const folders = new Map<string, Map<string, Oid>>();
  const entries: TreeEntry[] = [];
  for (const [path, oid] of files) {
    const [name = '', ...rest] = path.split('/');
    if (rest.length === 0) {
      const lie = mode?.[0] === prefix + path ? mode[1] : '100644';
      entries.push({ mode: lie as TreeEntry['mode'], name, oid }); // A lie on purpose.
      continue;
    }
    const folder = folders.get(name) ?? new Map<string, Oid>();
    folders.set(name, folder);
    folder.set(rest.join('/'), oid);
  }
  for (const [name, inside] of folders) {
    const below = { files: inside, ...(mode ? { mode } : {}) };
    entries.push({ mode: '40000', name, oid: writeFolder(below, `${prefix}${name}/`, objects) });
  }
  const object: GitObject = { type: 'tree', bytes: writeTree(entries) };
  objects.push(object);
  return oidOf(object, TEST_CRYPTO.digests);
}
