import { expect, test } from 'vitest';
import { concatBytes } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { nodeDigests, nodeInflate } from '@covey/node-crypto';
import { runs } from '@covey/testkit';
import {
  DEFAULT_PACK_LIMITS,
  type GitObject,
  type Oid,
  oidOf,
  readEntryHeader,
  readPack,
} from '../src/index.ts';
import { Chance } from './chance.ts';
import { gitNote, gitPresent } from './git.ts';
import { type SmallPack, smallPack } from './small-packs.ts';

const PACKS = 20;
const TRAILER_BYTES = 20;
const { numRuns = PACKS, seed = Math.floor(Math.random() * 2 ** 31) } = runs(PACKS);
const packs: SmallPack[] = [];
for (let number = 0; number < numRuns; number++) {
  packs.push(await smallPack(number, new Chance(seed + number), gitPresent));
}

async function* read({ bytes, bases }: Pick<SmallPack, 'bytes' | 'bases'>) {
  async function* chunks() {
    yield bytes;
  }
  const options = { limits: DEFAULT_PACK_LIMITS, digests: nodeDigests, inflate: nodeInflate };
  yield* readPack(chunks(), { ...options, base: async (oid) => bases.get(oid) });
}

/** The objects, or the code of the refusal. Whatever else is thrown is a failure of ours. */
async function outcome(
  bytes: Uint8Array,
  bases: SmallPack['bases'],
): Promise<ReadonlyMap<Oid, GitObject> | string> {
  const objects = new Map<Oid, GitObject>();
  try {
    for await (const { oid, object } of read({ bytes, bases })) objects.set(oid, object);
  } catch (reason) {
    if (!CoveyError.is(reason) || reason.data['defect'] === undefined) throw reason;
    return reason.code;
  }
  return objects;
}

const isRefusal = (found: unknown) => found === 'PACK_MALFORMED' || found === 'PACK_LIMIT_EXCEEDED';

function* flips(bytes: Uint8Array, to = bytes.length): Generator<Uint8Array> {
  for (let bit = 0; bit < 8 * to; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7); // within the pack
    yield flipped;
  }
}

const suite = `seed ${seed}${gitNote}`;

test(`the packs are good, small, and of all kinds (${suite})`, async () => {
  const deltas = new Set<string>();
  for (const { bytes, bases, made } of packs) {
    expect(bytes.length).toBeGreaterThan(250);
    expect(bytes.length).toBeLessThan(1500);
    for await (const { offset } of read({ bytes, bases })) {
      const { kind } = readEntryHeader(bytes.subarray(offset), offset);
      if (typeof kind !== 'string') deltas.add(`${made}: ${typeof kind.base}`);
    }
  }
  // The kinds come in turn; git makes a delta of nearly all thin packs, not of each.
  if (gitPresent && packs.length < PACKS) return;
  expect([...deltas].toSorted()).toEqual(
    gitPresent ? ['thin: string', 'with id deltas: string', 'with offset deltas: number'] : [],
  );
});

test(`SAFE-2: every beginning of a pack and every flip of one bit is refused (${suite})`, {
  timeout: 30_000 * numRuns,
}, async () => {
  const tried = { prefixes: 0, flips: 0 };
  const taken: string[] = [];
  const expectRefusal = async (bytes: Uint8Array, bases: SmallPack['bases']) => {
    if (!isRefusal(await outcome(bytes, bases))) taken.push(Buffer.from(bytes).toString('base64'));
  };
  for (const { bytes, bases } of packs) {
    for (let length = 0; length < bytes.length; length++, tried.prefixes++) {
      await expectRefusal(bytes.subarray(0, length), bases);
    }
    for (const flipped of flips(bytes)) {
      tried.flips++;
      await expectRefusal(flipped, bases);
    }
  }
  console.log(`${packs.length} packs: ${tried.prefixes} prefixes and ${tried.flips} flips`);
  expect(taken).toEqual([]);
});

test(`SAFE-2: under a checksum made to fit, a flip is refused or makes a good pack (${suite})`, {
  timeout: 30_000 * numRuns,
}, async () => {
  const tried = { refused: 0, read: 0 };
  // A few suffice: what the checksum hides stands in all of them.
  for (const { bytes, bases } of packs.slice(0, Math.ceil(numRuns / 7))) {
    for (const flipped of flips(bytes, bytes.length - TRAILER_BYTES)) {
      const body = flipped.subarray(0, -TRAILER_BYTES);
      const found = await outcome(concatBytes(body, nodeDigests.sha1(body)), bases);
      if (typeof found === 'string') {
        expect(isRefusal(found)).toBe(true);
        tried.refused++;
      } else {
        for (const [oid, object] of found) expect(oidOf(object, nodeDigests)).toBe(oid);
        tried.read++;
      }
    }
  }
  console.log(`${tried.refused} flips were refused, ${tried.read} made a pack of their own`);
});
