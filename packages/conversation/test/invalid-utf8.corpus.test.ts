import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, readJson, utf8, utf8Text } from '@covey/codec';
import { CoveyError } from '@covey/errors';
import { readCommit, readTree } from '@covey/git-objects';
import { readCertificate, readPem } from '@covey/identity';
import { corpusNamed, stage } from '@covey/testkit';
import { readVcard, vcardFault } from '../src/vcard.ts';

const corpus = corpusNamed('invalid-utf8');
const rows = corpus.isAbsent
  ? []
  : (JSON.parse(readFileSync(join(corpus.folder, 'bytes.json'), 'utf8')) as readonly {
      readonly hex: string;
      readonly why: string;
    }[]); // As its README says.

describe.skipIf(corpus.isAbsent)(`SAFE-2: invalid-utf8${corpus.note}`, () => {
  test('there are rows', () => expect(rows.length).toBeGreaterThan(0));

  test.each(rows)('$why ($hex): no text of JSON', ({ hex }) => {
    const bytes = concatBytes(utf8('"'), fromHex(hex), utf8('"'));
    expectRefused(() => readJson(utf8Text(bytes)), 'ENCODING_MALFORMED');
  });

  test.each(rows)(
    '$why ($hex): no message of a commit, and no name of its author',
    async ({ hex }) => {
      const bytes = fromHex(hex);
      const { alice } = await stage(['alice']);
      const message = concatBytes(utf8('{"body":"'), bytes, utf8('","type":"text/plain"}'));
      const inMessage = await alice.forge({ message });
      const inName = await alice.forge({
        message: { body: '', type: 'text/plain' },
        author: { name: 'NAME' },
        rewrite: (commit) => replaced(commit, utf8('NAME'), bytes),
      });
      for (const oid of [inMessage, inName]) {
        const judged = await alice.judges(oid);
        expect(judged).toMatchObject({ broken: { rule: 'every-commit/form' } });
        const object = await alice.store.read(oid);
        expect(readCommit(object?.bytes ?? new Uint8Array()).defects).toContainEqual(
          expect.stringContaining('UTF-8'),
        );
      }
    },
  );

  test.each(rows)('$why ($hex): no name in a tree', ({ hex }) => {
    const entry = concatBytes(
      utf8('100644 '),
      fromHex(hex),
      Uint8Array.of(0),
      new Uint8Array(20).fill(7),
    );
    expectRefused(() => readTree(entry), 'GIT_OBJECT_MALFORMED');
  });

  test.each(rows)('$why ($hex): no PEM, and no name in a certificate', async ({ hex }) => {
    const bytes = fromHex(hex);
    expectRefused(() => readPem(bytes, 'CERTIFICATE'), 'CERTIFICATE_MALFORMED');
    const { alice } = await stage(['alice']);
    const [der = new Uint8Array()] = readPem(alice.writer.devicePem, 'CERTIFICATE');
    // The common name is `Covey device`: as many bytes of it are replaced as there are.
    const name = replaced(der, utf8('Covey device').subarray(0, bytes.length), bytes);
    expect(name).toHaveLength(der.length);
    expectRefused(() => readCertificate(name), 'CERTIFICATE_MALFORMED');
  });

  test.each(rows)(
    '$why ($hex): no vCard; a title in quoted-printable stays as it is written',
    ({ hex }) => {
      const bytes = fromHex(hex);
      const card = (title: Uint8Array) =>
        concatBytes(utf8('BEGIN:VCARD\nVERSION:2.1\nFN'), title, utf8('\nEND:VCARD'));
      const raw = card(concatBytes(utf8(':'), bytes));
      expect([vcardFault(raw), readVcard(raw)]).toEqual(['not UTF-8', {}]);
      const quoted = hex.replace(/../g, '=$&');
      const printable = card(utf8(`;ENCODING=QUOTED-PRINTABLE:${quoted}`));
      expect(readVcard(printable)).toEqual({ title: quoted });
    },
  );
});

function expectRefused(read: () => unknown, code: string): void {
  try {
    read();
  } catch (reason) {
    if (!CoveyError.is(reason)) throw reason;
    expect(reason.code).toBe(code);
    return;
  }
  expect.unreachable('it was read');
}

/** The bytes with the first of `old` replaced. */
function replaced(bytes: Uint8Array, old: Uint8Array, by: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes).indexOf(old);
  if (at < 0) throw new Error('what is to be replaced is there');
  return concatBytes(bytes.subarray(0, at), by, bytes.subarray(at + old.length));
}
