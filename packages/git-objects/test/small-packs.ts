import { concatBytes, utf8 } from '@covey/codec';
import { nodeDeflate, nodeDigests } from '@covey/node-crypto';
import {
  commitPayload,
  type GitObject,
  type Oid,
  oidOf,
  signedCommit,
  writePack,
  writeTree,
} from '../src/index.ts';
import type { Chance } from './chance.ts';
import { bareRepository, git } from './git.ts';

const NO_DELTAS = ['by us'] as const;
const ALL = [...NO_DELTAS, 'with offset deltas', 'with id deltas', 'thin'] as const;

/** A good pack of a few objects. */
export interface SmallPack {
  readonly made: (typeof ALL)[number];
  readonly bytes: Uint8Array;
  /** What it builds on when it is thin. */
  readonly bases: ReadonlyMap<Oid, GitObject>;
}

/** Packs without end, in turn of every kind that this machine can make. */
export async function smallPack(
  number: number,
  chance: Chance,
  hasGit: boolean,
): Promise<SmallPack> {
  const kinds = hasGit ? ALL : NO_DELTAS;
  const made = kinds[number % kinds.length]!; // an index within the list
  const first = history(chance, []);
  if (made === 'by us') return { made, bytes: await packOf(first.objects), bases: new Map() };
  const second = history(chance, [first.tip], first.text);
  const { folder, remove } = bareRepository();
  try {
    mustRun(folder, ['unpack-objects', '-q'], await packOf([...first.objects, ...second.objects]));
    return { made, ...packByGit(folder, made, first, second) };
  } finally {
    remove();
  }
}

function packByGit(
  folder: string,
  made: Exclude<SmallPack['made'], 'by us'>,
  first: History,
  second: History,
): Omit<SmallPack, 'made'> {
  const packObjects = ['pack-objects', '-q', '--stdout', '--window=10', '--threads=1'];
  const withIds = first.objects.map((object) => [oidOf(object, nodeDigests), object] as const);
  if (made === 'thin') {
    const args = [...packObjects, '--thin', '--revs'];
    const bytes = mustRun(folder, args, `${second.tip}\n^${first.tip}\n`);
    return { bytes, bases: new Map(withIds) };
  }
  const args =
    made === 'with offset deltas' ? [...packObjects, '--delta-base-offset'] : packObjects;
  const bytes = mustRun(folder, args, withIds.map(([oid]) => `${oid}\n`).join(''));
  return { bytes, bases: new Map() };
}

function mustRun(folder: string, args: readonly string[], input: string | Uint8Array): Uint8Array {
  const { status, stdout, stderr } = git(folder, args, input);
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return Uint8Array.from(stdout);
}

interface History {
  readonly objects: readonly GitObject[];
  readonly tip: Oid;
  /** Of which the files are versions. */
  readonly text: string;
}

/** One commit with a tree of files that resemble each other. */
function history(chance: Chance, parents: readonly Oid[], text = chance.hex(160)): History {
  // A few digits apart: what git makes a delta of.
  const at = chance.between(1, text.length - 1);
  const blobs = [text, text.slice(0, at) + chance.hex(6) + text.slice(at)].map(
    (version): GitObject => ({ type: 'blob', bytes: utf8(version) }),
  );
  const tree: GitObject = {
    type: 'tree',
    bytes: writeTree(
      blobs.map((blob, at) => ({
        mode: '100644',
        name: `${at}`,
        oid: oidOf(blob, nodeDigests),
      })),
    ),
  };
  const payload = commitPayload({
    tree: oidOf(tree, nodeDigests),
    parents,
    person: { name: 'Alice', email: 'd'.repeat(64), time: 1_700_000_000, zone: '+0000' },
    message: `{"body":"${chance.hex(4)}"}`,
  });
  const signature = Buffer.from(chance.bytes(6)).toString('base64');
  const commit: GitObject = { type: 'commit', bytes: signedCommit(payload, signature) };
  return { text, objects: [...blobs, tree, commit], tip: oidOf(commit, nodeDigests) };
}

async function packOf(objects: readonly GitObject[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const options = { digests: nodeDigests, deflate: nodeDeflate };
  for await (const part of writePack(objects, objects.length, options)) parts.push(part);
  return concatBytes(...parts);
}
