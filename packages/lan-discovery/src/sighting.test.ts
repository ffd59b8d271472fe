import { expect, test } from 'vitest';
import { readSighting } from './sighting.ts';

const txt = { v: '1', salt: '0'.repeat(16), tag: 'f'.repeat(16) };
const answer = { port: 4000, addresses: ['10.0.0.2'], referer: { address: '10.0.0.1' }, txt };

test('the sender comes first, then what it says of itself, each once', () => {
  const addresses = ['10.0.0.2', '10.0.0.1', 'fd00::2', 'fe80::1', 'not an address'];
  expect(readSighting({ ...answer, addresses })).toEqual({
    addresses: ['10.0.0.1:4000', '10.0.0.2:4000', '[fd00::2]:4000'],
    deviceTag: `${'0'.repeat(16)}:${'f'.repeat(16)}`,
  });
});

test('an answer with a thousand addresses gives eight', () => {
  const addresses = Array.from({ length: 1000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  expect(readSighting({ ...answer, addresses })?.addresses).toHaveLength(8);
});

test.each([
  ['no TXT', { ...answer, txt: {} }],
  ['another version', { ...answer, txt: { ...txt, v: '2' } }],
  ['a whole device id', { ...answer, txt: { ...txt, tag: 'f'.repeat(64) } }],
  ['no port', { ...answer, port: 0 }],
  ['a port that is none', { ...answer, port: 65_536 }],
  ['no address', { ...answer, addresses: [], referer: { address: '' } }],
])('%s is none of ours', (_, strange) => {
  expect(readSighting(strange)).toBeUndefined();
});
