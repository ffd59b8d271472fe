import { concatBytes, utf8 } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import {
  DEFAULT_PACK_LIMITS,
  type GitObject,
  type Oid,
  oidOf,
  type PackLimits,
  readBundle,
  readPack,
  writePack,
} from '@covey/git-objects';
import { nodeDeflate, nodeDigests, nodeInflate } from '@covey/node-crypto';
import { bundleOf, stage } from '@covey/testkit';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { forgePack, mendPack } from './pack-forge.ts';

/** Of what inflates, an eighth: the bounds of the search are for inputs of 64 KiB, not for packs of 32 MiB. */
const LIMITS: PackLimits = {
  ...DEFAULT_PACK_LIMITS,
  maxInflatedBytes: DEFAULT_PACK_LIMITS.maxInflatedBytes / 8,
};
/** The object outside that thin packs build on. */
const OUTSIDE: GitObject = { type: 'blob', bytes: utf8('what the reader has already, '.repeat(9)) };
const OUTSIDE_OID = oidOf(OUTSIDE, nodeDigests);

/** The pack reader, fed whole and in pieces. */
export async function open(): Promise<FuzzTarget> {
  const outside = { oid: OUTSIDE_OID, size: OUTSIDE.bytes.length };
  return {
    seeds: await seeds(),
    corpora: [
      { name: 'git-good-packs' },
      { name: 'git-bad-packs' },
      { name: 'libgit2-fuzz' },
    ].concat([{ name: 'go-fuzz-corpus' }]),
    dictionary: [utf8('PACK'), Uint8Array.of(0x78, 0x9c), Uint8Array.of(0x78, 0x01)],
    generate: (chance) => forgePack(chance, outside),
    mend: mendPack,
    run,
  };
}

async function seeds(): Promise<readonly Uint8Array[]> {
  const { alice } = await stage(['alice', 'bob']);
  await alice.says('hello');
  const [head] = alice.heads;
  if (!head) throw new Error('a stage has a head');
  const bundle = await bundleOf(alice, { 'refs/heads/main': head });
  const empty = await gathered(writePack([], 0, { digests: nodeDigests, deflate: nodeDeflate }));
  return [empty, bundle.subarray(readBundle(bundle).packOffset)];
}

async function run(input: Uint8Array): Promise<unknown> {
  const whole = await outcome(input, input.length);
  // The size of the pieces belongs to the input, so that a finding can be replayed.
  const pieces = await outcome(input, 1 + (((input[0] ?? 0) + (input.at(-1) ?? 0)) % 97));
  promise(whole.told === pieces.told, 'the verdict does not depend on how a pack arrives');
  if (whole.objects) await writeAgain(whole.objects);
  return whole;
}

interface Outcome {
  /** Code and defect of the refusal, or the ids in order. */
  readonly told: string;
  readonly objects?: readonly GitObject[];
}

async function outcome(pack: Uint8Array, pieceBytes: number): Promise<Outcome> {
  const objects: GitObject[] = [];
  const oids: Oid[] = [];
  const base = async (oid: Oid) => (oid === OUTSIDE_OID ? OUTSIDE : undefined);
  const options = { limits: LIMITS, digests: nodeDigests, inflate: nodeInflate, base };
  try {
    for await (const { oid, object } of readPack(cut(pack, pieceBytes), options)) {
      promise(oid === oidOf(object, nodeDigests), 'an id is that of the bytes');
      objects.push(object);
      oids.push(oid);
    }
  } catch (reason) {
    if (!CoveyError.is(reason) || reason.code === 'INTERNAL') throw reason;
    promise(reason.data['defect'] !== undefined, 'a refusal names the defect');
    return { told: `${reason.code} ${reason.message}` };
  }
  return { told: oids.join(' '), objects };
}

async function writeAgain(objects: readonly GitObject[]): Promise<void> {
  const pack = writePack(objects, objects.length, { digests: nodeDigests, deflate: nodeDeflate });
  const again = await outcome(await gathered(pack), 64 * 1024);
  const ids = objects.map((object) => oidOf(object, nodeDigests)).join(' ');
  promise(again.told === ids, 'what was read can be written and read again');
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gathered(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return concatBytes(...all);
}
