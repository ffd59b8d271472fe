import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusNamed } from '@covey/testkit';
import { isCollisionAttack } from '../src/index.ts';
import { AttackSearch } from '../src/sha1-attack-search.ts';
import { DISTURBANCE_VECTORS } from '../src/sha1-disturbance-vectors.ts';
import { collidesByVector } from '../src/sha1-partner.ts';

const corpus = corpusNamed('sha1-collision');
const files = corpus.isAbsent
  ? []
  : readdirSync(corpus.folder).filter((file) => file !== 'README.md');
const bytesOf = (file: string) => Uint8Array.from(readFileSync(join(corpus.folder, file)));

describe.skipIf(corpus.isAbsent)(`SHA-1 collisions${corpus.note}`, () => {
  test('there are files', () => {
    expect(files).not.toEqual([]);
  });

  describe.each(files)('%s', (file) => {
    const bytes = bytesOf(file);

    test('is an attack', () => {
      expect(isCollisionAttack(bytes)).toBe(true);
    });

    test('is an attack with every vector tried', () => {
      const thorough = new AttackSearch({
        suspects: () => DISTURBANCE_VECTORS,
        collides: collidesByVector,
      });
      expect(thorough.isFoundIn([bytes])).toBe(true);
    });

    test('is an attack however it is cut, and whatever follows', () => {
      for (const cut of [1, 63, 64, 100]) {
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut), new Uint8Array(20_000)];
        expect(isCollisionAttack(...parts)).toBe(true);
      }
    });

    test('is none behind a header: as an object of Git its blocks do not collide', () => {
      expect(isCollisionAttack(Uint8Array.of(0), bytes)).toBe(false);
    });

    test('is none once a bit of its first block is turned: what follows was made for another state', () => {
      for (let bit = 0; bit < 512; bit += 31) {
        const turned = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7))); // at least a block
        expect(isCollisionAttack(turned)).toBe(false);
      }
    });
  });
});
