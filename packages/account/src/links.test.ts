import { expect, test } from 'vitest';
import { parseAccountUri, parseDeviceId } from '@covey/identity';
import {
  isJoinLink,
  readDeviceLink,
  readInviteLink,
  readJoinLink,
  writeDeviceLink,
  writeInviteLink,
  writeJoinLink,
} from './index.ts';

const device = {
  from: parseAccountUri('a'.repeat(40)),
  device: parseDeviceId('d'.repeat(64)),
  addresses: ['192.0.2.1:4500', '[2001:db8::1]:4500'],
  secret: new Uint8Array(16).fill(7),
  expires: new Date('2026-11-28T12:00:00Z'),
};
const invite = { ...device, conversationId: 'c'.repeat(40) };

test('CONV-8, ID-4: what is written is read back', () => {
  expect(readInviteLink(writeInviteLink(invite))).toEqual(invite);
  expect(readDeviceLink(writeDeviceLink(device))).toEqual(device);
});

test('CONV-8: the link of a public conversation says where to join, and holds no secret and no end', () => {
  const { secret: _, expires: __, ...join } = invite;
  const link = writeJoinLink(join);
  expect(readJoinLink(link)).toEqual(join);
  expect([isJoinLink(link), isJoinLink(writeInviteLink(invite))]).toEqual([true, false]);
  const parts = Buffer.from(link.slice('covey:join:'.length), 'base64url').toString();
  expect(Object.keys(JSON.parse(parts)).sort()).toEqual(['a', 'c', 'd', 'u', 'v']);
  for (const text of ['covey:join:', link.slice(0, -3), writeInviteLink(invite), `${link}A`]) {
    expect(() => readJoinLink(text)).toThrow(expect.objectContaining({ code: 'LINK_MALFORMED' }));
  }
});

test.each([
  ['nothing', ''],
  ['an address of the web', 'https://example.org/'],
  ['the other kind of link', writeDeviceLink(device)],
  ['a link cut short', writeInviteLink(invite).slice(0, -3)],
  ['a link with a letter changed', writeInviteLink(invite).replace('eyJ', 'eyK')],
  ['a link of a newer version', `covey:invite:${Buffer.from('{"v":2}').toString('base64url')}`],
  ['a link of a megabyte', `covey:invite:${'A'.repeat(1_000_000)}`],
])('refuses %s', (_, text) => {
  expect(() => readInviteLink(text)).toThrow(expect.objectContaining({ code: 'LINK_MALFORMED' }));
});

test('every single character that is changed is noticed or changes nothing that opens', () => {
  const link = writeInviteLink(invite);
  for (let at = 'covey:invite:'.length; at < link.length; at++) {
    const changed = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
    try {
      expect(readInviteLink(changed)).not.toEqual(invite);
    } catch (reason) {
      expect(reason).toMatchObject({ code: 'LINK_MALFORMED' });
    }
  }
});
