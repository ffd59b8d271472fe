import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { readVcard, writeVcard } from './index.ts';
import { vcardFault } from './vcard.ts';

const full = {
  title: 'Friends: old and new',
  description: 'first line\nsecond: line\r\nthird = 1 + 2',
  avatar: 'iVBORw0KGgo=',
  rdvAccount: 'ab'.repeat(20),
  rdvDevice: 'cd'.repeat(32),
};

describe('LIFE-4: the profile of a conversation is a vCard 2.1', () => {
  test('LIFE-4: line breaks and colons survive a round trip', () => {
    expect(readVcard(writeVcard(full))).toEqual(full);
  });

  test('LIFE-4: any title and description survives, in a card that is well formed', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.record({ title: line, description: line }), (profile) => {
        const card = writeVcard(profile);
        expect(vcardFault(card)).toBeUndefined();
        expect(readVcard(card)).toEqual(profile);
      }),
    );
  });

  test('LIFE-4: what is empty is not written, and not read', () => {
    expect(readVcard(writeVcard({ title: '', description: 'x' }))).toEqual({ description: 'x' });
    expect(readVcard(utf8('BEGIN:VCARD\nVERSION:2.1\nFN:\nEND:VCARD'))).toEqual({});
  });

  test('LIFE-4: a card that Jami wrote is read', () => {
    const card =
      'BEGIN:VCARD\nVERSION:2.1\nFN:a:b\nDESCRIPTION:c\nPHOTO;ENCODING=BASE64:QQ==\n\n\nEND:VCARD';
    expect(vcardFault(utf8(card))).toBeUndefined();
    expect(readVcard(utf8(card))).toEqual({ title: 'a:b', description: 'c', avatar: 'QQ==' });
  });

  test('LIFE-4: quoted-printable of other programs is read as UTF-8', () => {
    const card = utf8(
      'BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:caf=C3=A9\nEND:VCARD',
    );
    expect(readVcard(card)).toEqual({ title: 'café' });
  });

  test.each([
    ['=41=62=3D', 'Ab='],
    ['=c3=a9=C3=A9', 'éé'],
    ['a=', 'a='],
    ['a=4', 'a=4'],
    ['a=4g=G4', 'a=4g=G4'],
    ['é=41', 'éA'],
    ['=c3 and more', '=c3 and more'],
  ])('LIFE-4: the quoted-printable %s is %s', (written, title) => {
    const card = `BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:${written}\r\nEND:VCARD`;
    expect(readVcard(utf8(card))).toEqual({ title });
  });

  test('LIFE-4: of two titles the last one that is not empty counts', () => {
    const card = 'BEGIN:VCARD\nVERSION:2.1\nFN:a\nFN:b\nFN:\nEND:VCARD';
    expect(readVcard(utf8(card))).toEqual({ title: 'b' });
  });

  test('more than 512 KiB is no vCard, and is read as an empty one', () => {
    const card = (length: number) =>
      utf8(`BEGIN:VCARD\nVERSION:2.1\nFN:${'a'.repeat(length - 37)}\nEND:VCARD`);
    expect(vcardFault(card(512 * 1024))).toBeUndefined();
    expect(readVcard(card(512 * 1024)).title).toHaveLength(512 * 1024 - 37);
    expect(vcardFault(card(512 * 1024 + 1))).toBe('more than 524288 bytes');
    expect(readVcard(card(512 * 1024 + 1))).toEqual({});
  });

  test.each([
    ['', 'does not begin with BEGIN:VCARD'],
    ['BEGIN:VCARD\nVERSION:3.0\nEND:VCARD', 'version is not 2.1'],
    ['BEGIN:VCARD\nVERSION:2.1\nFN:x', 'does not end with END:VCARD'],
    [
      'BEGIN:VCARD\nVERSION:2.1\nFN:two\nlines\nEND:VCARD',
      'line 4 is neither empty nor NAME:value',
    ],
  ])('%j is no vCard: %s', (card, fault) => {
    expect(vcardFault(utf8(card))).toBe(fault);
    expect(readVcard(utf8(card))).toBeTypeOf('object');
  });

  test('bytes that are no text are no vCard, and are read as an empty one', () => {
    expect(vcardFault(Uint8Array.of(0xff))).toBe('not UTF-8');
    expect(readVcard(Uint8Array.of(0xff))).toEqual({});
  });
});
