import { canonicalJson, equalBytes, utf8 } from '@covey/codec';
import { readVcard, writeVcard } from '@covey/conversation';
import type { Chance } from '../chance.ts';
import { type FuzzTarget, promise } from '../fuzz-target.ts';
import { words } from '../words.ts';

const LINES = ['BEGIN:VCARD', 'VERSION:2.1', 'END:VCARD', 'FN:garden', 'DESCRIPTION:a:b', 'FN:', '']
  .concat(['PHOTO;ENCODING=BASE64:QUJD', 'RDV_ACCOUNT:ab', 'RDV_DEVICE:cd', 'X-OTHER;A=B:c'])
  .concat(['FN;ENCODING=QUOTED-PRINTABLE:a=0Ab=C3=A9', 'FN;ENCODING=QUOTED-PRINTABLE:=FF=', 'FN'])
  .concat(['DESCRIPTION;ENCODING=QUOTED-PRINTABLE:=3D=0D=0A', '__proto__:x', 'constructor:x']);

/** Profiles of conversations. The reader is total: it shows what it can. */
export function open(): FuzzTarget {
  return {
    seeds: [
      writeVcard({ title: 'garden', description: 'beds\nand tools' }),
      writeVcard({ avatar: 'QUJD', rdvAccount: 'ab'.repeat(20), rdvDevice: 'cd'.repeat(32) }),
      utf8('BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8:caf\u00e9\r\nEND:VCARD\r\n'),
    ],
    corpora: [
      { name: 'unicode-names', texts: true },
      { name: 'naughty-strings', texts: true },
    ].concat([{ name: 'invalid-utf8', texts: false }]),
    dictionary: words(
      ...LINES,
      '\r\n',
      '\n',
      ';ENCODING=QUOTED-PRINTABLE:',
      '=0D',
      '=E2=80=AE',
      ':',
    ),
    generate: (chance) => utf8(lines(chance)),
    run,
  };
}

function lines(chance: Chance): string {
  const end = chance.oneIn(3) ? '\r\n' : '\n';
  return Array.from({ length: chance.below(9) }, () => chance.pick(LINES)).join(end);
}

function run(input: Uint8Array): void {
  const profile = readVcard(input);
  const told = canonicalJson({ ...profile });
  const card = writeVcard(profile);
  const again = readVcard(card);
  promise(canonicalJson({ ...again }) === told, 'a profile survives being written');
  promise(equalBytes(writeVcard(again), card), 'a card is written in one spelling');
}
