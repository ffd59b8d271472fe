import { expect, test } from 'vitest';
import { AccountBook, EMPTY_STATE } from './index.ts';

const ID = 'c'.repeat(40);
const NOW = new Date('2026-11-21T12:00:00Z');
const invitation = (received: string) => ({
  from: 'a'.repeat(40),
  received,
  metadatas: { title: 'T' },
});
const book = new AccountBook(EMPTY_STATE);

test('CONV-4: a declined invitation stays declined when it is delivered again', () => {
  const declined = book.invited(ID, invitation('100')).declined(ID);
  expect(declined.requests).toEqual([]);
  expect(declined.invited(ID, invitation('100'))).toBe(declined);
});

test('CONV-4: a later invitation by a person reopens a declined one', () => {
  const again = book.invited(ID, invitation('100')).declined(ID).invited(ID, invitation('101'));
  expect(again.requests.map(({ id, received }) => [id, received])).toEqual([[ID, '101']]);
});

test('CONV-5: accepting lists the conversation as syncing, and the request is gone', () => {
  const accepted = book.invited(ID, invitation('100')).accepted(ID, NOW);
  expect(accepted.requests).toEqual([]);
  expect(accepted.conversation(ID)?.syncing).toEqual({
    from: 'a'.repeat(40),
    metadatas: { title: 'T' },
  });
  expect(accepted.synced(ID).conversation(ID)).toEqual({ created: NOW.getTime() });
});

test('what was never asked or is declined cannot be accepted', () => {
  const missing = expect.objectContaining({ code: 'REQUEST_NOT_FOUND' });
  expect(() => book.accepted(ID, NOW)).toThrow(missing);
  expect(() => book.invited(ID, invitation('1')).declined(ID).accepted(ID, NOW)).toThrow(missing);
});

test('an invitation to a conversation that one has changes nothing', () => {
  const member = book.withConversation(ID, { created: 1 });
  expect(member.invited(ID, invitation('5'))).toBe(member);
});

test('a removed conversation is hidden, and a new invitation is shown', () => {
  const removed = book.withConversation(ID, { created: 1 }).removed(ID, NOW);
  expect(removed.conversationIds).toEqual([]);
  expect(removed.invited(ID, invitation('5')).requests).toHaveLength(1);
});

test('CONV-8: a link that was taken back opens nothing, and only its maker takes it back', () => {
  const withLink = book.withLink('h', { conversationId: ID, expires: NOW.getTime() + 1000 });
  const revoked = withLink.revokeLink('h');
  expect(revoked.revokeLink('h')).toBe(revoked);
  expect(() => revoked.useLink('h', 'bob', NOW)).toThrow(
    expect.objectContaining({ code: 'LINK_REFUSED', message: 'the link has been revoked' }),
  );
  expect(() => withLink.revokeLink('x')).toThrow(expect.objectContaining({ code: 'LINK_REFUSED' }));
});

test('ID-3: of two revocation lists the one with the higher number counts, however large', () => {
  const list = (number: string, ...serials: string[]) => ({ number, serials, pem: number });
  const known = book
    .withOwnDevice('d', 'phone')
    .withDeviceSerial('d', '0a')
    .withDeviceSerial('d', '0b');
  expect(known.withDeviceSerial('d', '0a')).toBe(known);
  expect(known.isRevoked('d')).toBe(false);
  const revoked = known.withRevocation(list('9', '0b'));
  expect([revoked.isRevoked('d'), revoked.isRevoked('e')]).toEqual([true, false]);
  expect(revoked.withRevocation(list('9', '0c'))).toBe(revoked);
  const later = revoked.withRevocation(list('18446744073709551616', '0b', '0c'));
  expect(later.state.revocation?.number).toBe('18446744073709551616');
  expect(later.withRevocation(list('10', '0c'))).toBe(later);
});

test('CONV-8: a link opens once, for its first user again, and not after its end', () => {
  const withLink = book.withLink('h', { conversationId: ID, expires: NOW.getTime() + 1000 });
  const { book: used } = withLink.useLink('h', 'bob', NOW);
  expect(used.useLink('h', 'bob', NOW).link.conversationId).toBe(ID);
  const refused = (why: string) => expect.objectContaining({ code: 'LINK_REFUSED', message: why });
  expect(() => used.useLink('h', 'mallory', NOW)).toThrow(refused('the link has been used'));
  expect(() => withLink.useLink('h', 'bob', new Date(NOW.getTime() + 1000))).toThrow(
    refused('the link has expired'),
  );
  expect(() => withLink.useLink('x', 'bob', NOW)).toThrow(
    refused('this device has made no such link'),
  );
});

test('requests of strangers are bounded: the oldest goes', () => {
  let many = book;
  for (let n = 0; n <= 1000; n++)
    many = many.invited(n.toString(16).padStart(40, '0'), invitation('1'));
  expect(many.requests).toHaveLength(1000);
  expect(many.requests[0]?.id).toBe('1'.padStart(40, '0'));
});

test('of a device the newest addresses come first, and an account never changes', () => {
  const met = book.met('d', 'u', ['1:1']).met('d', 'u', ['2:2', '1:1']);
  expect(met.state.peers['d']).toEqual({ uri: 'u', addresses: ['2:2', '1:1'] });
  expect(met.met('d', 'u', ['2:2'])).toBe(met);
  expect(met.met('d', 'other', ['3:3'])).toBe(met);
});
