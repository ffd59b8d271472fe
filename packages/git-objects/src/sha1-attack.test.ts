import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { runs } from '@covey/testkit';
import { Chance } from '../test/chance.ts';
import { isCollisionAttack } from './index.ts';
import { AttackSearch } from './sha1-attack-search.ts';
import { DISTURBANCE_VECTORS } from './sha1-disturbance-vectors.ts';
import { collidesByVector } from './sha1-partner.ts';

const MEGABYTE = 1_000_000;

/** Tries every block with every vector, unlike the search in use. */
const thorough = new AttackSearch({
  suspects: () => DISTURBANCE_VECTORS,
  collides: collidesByVector,
});

test('2,000 blocks by chance are no attack, neither by the suspected vectors nor by all', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const bytes = new Chance(seed).bytes(64 * 100);
      expect([isCollisionAttack(bytes), thorough.isFoundIn([bytes])]).toEqual([false, false]);
    }),
    runs(20),
  );
});

test('20 MB of bytes by chance are no attack', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(isCollisionAttack(new Chance(seed).bytes(MEGABYTE))).toBe(false);
    }),
    runs(20),
  );
});

test('20 MB of text are no attack, be it large or small objects', () => {
  const words = ['tree', 'parent', 'author', 'the', 'of', 'and', '\n', '0', '1f', 'é', '群'].map(
    utf8,
  );
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const chance = new Chance(seed);
      const text = new Uint8Array(MEGABYTE).fill(0x20);
      for (let at = 0; at < text.length - 8; ) {
        const word = chance.pick(words);
        text.set(word, at);
        at += word.length + 1;
      }
      expect(isCollisionAttack(text)).toBe(false);
      for (let at = 0; at < text.length; at += 500) {
        expect(isCollisionAttack(utf8('commit 500\0'), text.subarray(at, at + 500))).toBe(false);
      }
    }),
    runs(10),
  );
});

test.each([0, 1, 0x20, 0x80, 0xff])('1 MB of bytes %i are no attack', (byte) => {
  expect(isCollisionAttack(new Uint8Array(MEGABYTE).fill(byte))).toBe(false);
});

test('no bytes are no attack', () => {
  expect(isCollisionAttack()).toBe(false);
});
