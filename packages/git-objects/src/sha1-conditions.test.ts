import { expect, test } from 'vitest';
import { toHex, utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import { type BitCondition, UNAVOIDABLE_CONDITIONS } from './sha1-conditions.ts';

/**
 * SHA-256 of all that follows from the conditions as published, each vector's in a line: its name and every pair of
 * bits whose relation is settled, as `word.bit=word.bit` or `word.bit≠word.bit`, in order of the bits.
 */
const PUBLISHED = '570998c1d9f328c14e8cb7e1a11f3f7ea0c9d6352ba6435ae7ec69ae32a983c6';

test('what follows from the bit conditions is what follows from those published', () => {
  const lines = UNAVOIDABLE_CONDITIONS.flatMap(
    ({ family: { type, rotation, steps }, conditions }) =>
      steps.map(
        (step) => `${type}(${step},${rotation}) ${settledPairs(step, conditions).join(' ')}`,
      ),
  );
  expect(toHex(nodeDigests.sha256(utf8(lines.join('\n'))))).toBe(PUBLISHED);
});

test('every condition speaks of the words 35 to 64 of every vector that it binds', () => {
  for (const { conditions } of UNAVOIDABLE_CONDITIONS) {
    for (const [, step, , , otherStep, firstK, lastK] of conditions) {
      expect(firstK).toBeLessThanOrEqual(lastK);
      expect(firstK + Math.min(step, otherStep)).toBeGreaterThanOrEqual(35);
      expect(lastK + Math.max(step, otherStep)).toBeLessThanOrEqual(64);
    }
  }
});

/** Follows conditions from bit to bit: two bits that are reached from each other have a settled relation. */
function settledPairs(k: number, conditions: readonly BitCondition[]): readonly string[] {
  const next = new Map<number, [place: number, differs: boolean][]>();
  for (const [bit, step, relation, otherBit, otherStep, firstK, lastK] of conditions) {
    if (k < firstK || k > lastK) continue;
    const one = (k + step) * 32 + bit;
    const other = (k + otherStep) * 32 + otherBit;
    next.set(one, [...(next.get(one) ?? []), [other, relation === '≠']]);
    next.set(other, [...(next.get(other) ?? []), [one, relation === '≠']]);
  }
  return [...next.keys()]
    .sort((a, b) => a - b)
    .flatMap((start) => {
      const differs = new Map([[start, false]]);
      for (const [place, isOther] of differs) {
        for (const [neighbor, isUnlike] of next.get(place) ?? []) {
          if (!differs.has(neighbor)) differs.set(neighbor, isOther !== isUnlike);
        }
      }
      return [...differs]
        .filter(([place]) => place > start)
        .sort(([a], [b]) => a - b)
        .map(([place, isOther]) => `${placeName(start)}${isOther ? '≠' : '='}${placeName(place)}`);
    });
}

function placeName(place: number): string {
  return `${Math.floor(place / 32)}.${place % 32}`;
}
