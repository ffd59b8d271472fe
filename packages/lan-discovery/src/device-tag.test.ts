import { expect, test } from 'vitest';
import { parseDeviceId } from '@covey/identity';
import { isDeviceTag, isTagOf, makeDeviceTag } from './device-tag.ts';

const alice = parseDeviceId('a'.repeat(64));
const bob = parseDeviceId('b'.repeat(64));

test('who knows the id recognizes the tag, and no other id fits', () => {
  const tag = makeDeviceTag(alice);
  expect(isDeviceTag(tag)).toBe(true);
  expect([isTagOf(tag, alice), isTagOf(tag, bob)]).toEqual([true, false]);
});

test('two tags of one device have nothing in common that a stranger sees', () => {
  const [first, second] = [makeDeviceTag(alice), makeDeviceTag(alice)];
  expect(first.slice(0, 16)).not.toBe(second.slice(0, 16));
  expect(first.slice(17)).not.toBe(second.slice(17));
});

test.each(['', 'a:b', `${'a'.repeat(16)}:${'B'.repeat(16)}`, `${'a'.repeat(64)}`])(
  '%j is no tag of anybody',
  (text) => {
    expect([isDeviceTag(text), isTagOf(text, alice)]).toEqual([false, false]);
  },
);
