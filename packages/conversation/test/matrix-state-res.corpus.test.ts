import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { MATRIX_TALES } from './hostile/matrix.ts';

const corpus = corpusNamed('matrix-state-res');
/** Another protocol: its power levels are our promotions, its join rules our modes. What it tries, a tale tries. */
const files = corpus.isAbsent
  ? []
  : readdirSync(corpus.folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .sort();

describe.skipIf(corpus.isAbsent)(`matrix-state-res${corpus.note}`, () => {
  test.each(files)(
    'VAL-1: the idea of %s is told in our terms, and ends as it must',
    async (file) => {
      const family = `matrix-state-res: ${file.replaceAll('\\', '/')}`;
      const tales = MATRIX_TALES.filter(({ families }) => families.includes(family));
      // A file that nobody has translated is not passed over.
      expect(tales, `no tale of ${file}`).not.toEqual([]);
      for (const { tell } of tales) await ends(await tell());
    },
  );

  test('every tale that is said to come from there does', () => {
    const told = MATRIX_TALES.flatMap(({ families }) => families).filter((family) =>
      family.startsWith('matrix-state-res: '),
    );
    expect([...new Set(told)].sort()).toEqual(
      files.map((file) => `matrix-state-res: ${file}`).sort(),
    );
  });
});

async function ends({
  holder,
  commit,
  forged = [],
  expect: to,
}: Awaited<ReturnType<(typeof MATRIX_TALES)[number]['tell']>>) {
  const judged = await holder.judges(commit);
  expect('broken' in judged).toBe(forged.length > 0);
  const { state } = await holder.resolved();
  for (const [place, devices] of [
    ['admin', to.admins],
    ['member', to.members],
  ] as const) {
    for (const { uri } of devices ?? []) expect(state.placeOf(uri)).toBe(place);
  }
  for (const uri of to.banned ?? []) expect(state.bannedFrom(uri)).toBeDefined();
}
