import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, utf8 } from '@covey/codec';
import { runs } from '@covey/testkit';
import { type Commit, cleanName, commitPayload, isOid, readCommit, signedCommit } from './index.ts';

const DEVICE = 'd'.repeat(64);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const oids = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map(hex)
  .filter((text) => isOid(text) && text !== '0'.repeat(40))
  .map((text) => text as Commit['tree']); // filtered by the guard above
const parts = fc.record({
  tree: oids,
  parents: fc.uniqueArray(oids, { maxLength: 2 }),
  person: fc.record({
    name: fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => cleanName(text, DEVICE)),
    email: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hex),
    time: fc.oneof(fc.nat({ max: 253_402_300_799 }), fc.constantFrom(0, 253_402_300_799)),
    zone: fc.constantFrom('+0000', '-0000', '-1200', '+1400', '+0530', '-0001'),
  }),
  message: fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => JSON.stringify(text)),
});
const signatures = fc
  .uint8Array({ minLength: 1, maxLength: 70 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));

/** Written anew from what was understood; `undefined` for a commit with defects. */
function rewritten(bytes: Uint8Array): Uint8Array | undefined {
  const { commit, defects } = readCommit(bytes);
  if (defects.length > 0) return undefined;
  if (!commit?.signature) throw new Error('a commit without defects is signed');
  return signedCommit(commitPayload({ ...commit, person: commit.author }), commit.signature);
}

test('what is written is read back', () => {
  fc.assert(
    fc.property(parts, signatures, (commit, signature) => {
      const payload = commitPayload(commit);
      const { tree, parents, person, message } = commit;
      expect(readCommit(signedCommit(payload, signature))).toEqual({
        commit: {
          ...{ tree, parents, message, payload, signature },
          ...{ author: person, committer: person },
        },
        defects: [],
      });
    }),
    runs(2000),
  );
});

/** Pieces that a reader could take for nothing, or for something else of the same meaning. */
const PIECES = ['\n', '\r', ' ', '\t', '\0', '0', '+', '-', '=', '<', '>', '\ufeff', '\u00a0', 'é'];
const LINES = ['parent ', 'tree ', 'x-other 1\n', 'signature AAAA\n', ' folded\n', '\n\n'];
const splice = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(3),
  put: fc.oneof(
    fc.constantFrom(...PIECES, ...LINES).map((text) => utf8(text)),
    fc.uint8Array({ maxLength: 2 }),
  ),
});

test('whatever becomes of the bytes of a commit: it has a defect, or is written again byte for byte', () => {
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(
      parts,
      signatures,
      fc.array(splice, { minLength: 1, maxLength: 2 }),
      (commit, signature, splices) => {
        const bytes = splices.reduce(
          (text, { at, cut, put }) => {
            const from = Math.floor(at * text.length);
            return concatBytes(text.subarray(0, from), put, text.subarray(from + cut));
          },
          signedCommit(commitPayload(commit), signature),
        );
        const again = rewritten(bytes);
        seen[again ? 'read' : 'refused']++;
        if (again) expect(again).toEqual(bytes);
      },
    ),
    runs(10_000),
  );
  expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(0);
});

test('any bytes are read or found wanting, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(readCommit(bytes).defects).not.toEqual([]);
    }),
    runs(1000),
  );
});
