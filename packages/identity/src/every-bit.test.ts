import { expect, test } from 'vitest';
import { runs } from '@covey/testkit';
import { type Paper, papersOf } from '../test/papers.ts';
import { writePem } from './index.ts';

/** Three certificates each, CA, account and device, and a list: 51 and 17. */
const ACCOUNTS = runs(17).numRuns ?? 17;
const papers = (
  await Promise.all(Array.from({ length: ACCOUNTS }, (_, at) => papersOf(`every bit ${at}`)))
).flat();

test('the papers themselves are taken', async () => {
  for (const { name, der, isTaken } of papers) expect(await isTaken(der), name).toBe(true);
});

test(`SAFE-2, ID-1: every prefix and every flipped bit of ${papers.length} certificates and lists is refused`, {
  timeout: ACCOUNTS * 15_000,
}, async () => {
  for (const { name, der, isTaken } of papers) {
    expect(await takenOf(der, isTaken), name).toEqual([]);
  }
});

test('SAFE-2: the same of the files that they stand in', async () => {
  const files = papers.slice(0, 4).filter(({ isFileTaken }) => isFileTaken);
  expect(files.length).toBeGreaterThan(0);
  for (const { name, label, der, isFileTaken } of files) {
    if (isFileTaken) expect(await takenOf(writePem([der], label), isFileTaken), name).toEqual([]);
  }
});

/** Which prefixes and which flips are taken all the same; none should be. */
async function takenOf(bytes: Uint8Array, isTaken: Paper['isTaken']): Promise<string[]> {
  const prefixes = Array.from(bytes, (_, length) => async () => {
    return (await isTaken(bytes.subarray(0, length))) ? `the first ${length} bytes` : [];
  });
  const flips = Array.from({ length: bytes.length * 8 }, (_, bit) => async () => {
    const changed = bytes.slice();
    changed[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return (await isTaken(changed)) ? `bit ${bit} flipped` : [];
  });
  const found = await Promise.all([...prefixes, ...flips].map((tried) => tried()));
  return found.flat();
}
