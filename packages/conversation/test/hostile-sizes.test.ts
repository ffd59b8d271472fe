import { expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { readVcard } from '@covey/conversation';
import { fastestMs, filled, MEBI, MOST_MS } from '@covey/testkit';
import { readContent } from '../src/kinds.ts';
import { readVotePath } from '../src/layout.ts';
import { vcardFault } from '../src/vcard.ts';

const BEGIN = 'BEGIN:VCARD\nVERSION:2.1\n';
const QUOTED = `${BEGIN}FN;ENCODING=QUOTED-PRINTABLE:`;
const END = '\nEND:VCARD';

/** Texts on which a careless reader goes back and forth, copies, or throws by the thousand. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  'line ends': (length) => filled(length, '\n'),
  'line ends of two characters': (length) => filled(length, '\r\n'),
  'half line ends': (length) => filled(length, '\r', BEGIN, END),
  'short lines': (length) => filled(length, 'A:\n', BEGIN, END),
  titles: (length) => filled(length, 'FN:a\n', BEGIN, END),
  'titles in quoted-printable that are no UTF-8': (length) =>
    filled(length, 'FN;ENCODING=QUOTED-PRINTABLE:=ff\n', BEGIN, END),
  'a line without a colon': (length) => filled(length, 'A', BEGIN, END),
  'parameters without a colon': (length) => filled(length, ';A', `${BEGIN}FN`, END),
  parameters: (length) => filled(length, ';ENCODING=QUOTED-PRINTABLE', `${BEGIN}FN`, `:x${END}`),
  'quoted bytes': (length) => filled(length, '=41x', QUOTED, END),
  'quoted bytes that are no UTF-8': (length) => filled(length, '=ffx', QUOTED, END),
  'quotes of nothing': (length) => filled(length, '=', QUOTED, END),
  slashes: (length) => filled(length, '/', 'votes'),
  'a path again and again': (length) => filled(length, 'votes/ban/'),
  'a type of slashes': (length) => filled(length, '/', '{"type":"a', '"}'),
  'a type without a slash': (length) => filled(length, 'a', '{"type":"', '"}'),
  'an endless type': (length) => filled(length, 'a/', '{"type":"', '"}'),
  'many types': (length) => filled(length, '{"type":"member"},', '[', '0]'),
};

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  readContent: (text) => readContent(text, 1),
  readVcard: (text) => readVcard(utf8(text)),
  readVotePath,
  vcardFault: (text) => vcardFault(utf8(text)),
};

test.each(Object.keys(TEXTS))('F7: %s, a mebibyte of it, take no time', (name) => {
  // Messages are read up to a quarter of it, vCards up to a half.
  for (const length of [MEBI / 4, MEBI / 2, MEBI]) {
    const text = TEXTS[name]?.(length) ?? '';
    expect(text.length).toBeGreaterThan(length / 2);
    for (const [reader, read] of Object.entries(READERS)) {
      expect(
        fastestMs(() => read(text)),
        reader,
      ).toBeLessThan(MOST_MS);
    }
  }
});
