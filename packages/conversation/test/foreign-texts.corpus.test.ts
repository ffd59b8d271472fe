import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalJson, utf8, utf8Text } from '@covey/codec';
import { readVcard, timeline, writeVcard } from '@covey/conversation';
import {
  type Corpus,
  corpusNamed,
  counterClock,
  makeTestAccount,
  stage,
  TestDevice,
} from '@covey/testkit';
import { readContent } from '../src/kinds.ts';
import { vcardFault } from '../src/vcard.ts';
import { PICTURE } from './cases/message.ts';

/** What no commit can carry: half a character, and NUL. */
const isText = (text: string) => text.isWellFormed() && !text.includes('\0');

const names = corpusNamed('unicode-names');

describe.skipIf(names.isAbsent)(`unicode-names${names.note}`, () => {
  const rows = rowsOf<{ name: string; expect: 'keep' | 'neutralise' }>(names, 'names.json');

  test('MSG-8: whatever they are called, people can write, and ordinary names stay as they are', async () => {
    expect(rows.length).toBeGreaterThan(0);
    const account = await makeTestAccount('alice');
    for (const row of rows) {
      const writer = { ...account.writer, displayName: row.name };
      const device = new TestDevice(account, counterClock(), { writer });
      const { name } = await device.write({ kind: 'initial', charter: { mode: 2 } });
      if (row.expect === 'keep') expect(name).toBe(row.name);
    }
  });

  test('SAFE-2: a name that a stranger writes into a commit is judged, and never thrown at', async () => {
    const { alice } = await stage(['alice']);
    for (const row of rows) {
      const message = { body: 'x', type: 'text/plain' };
      const oid = await alice.forge({ message, author: { name: row.name } });
      const judged = await alice.judges(oid);
      if (row.expect === 'keep') expect(judged).toMatchObject({ entry: { name: row.name } });
      else if ('broken' in judged) expect(judged.broken.rule).toBe('every-commit/form');
    }
  });
});

const naughty = corpusNamed('naughty-strings');

describe.skipIf(naughty.isAbsent)(`naughty-strings${naughty.note}`, () => {
  const texts = rowsOf<string>(naughty, 'blns.json').filter(isText);

  test('MSG-2: every text arrives and is shown character by character', async () => {
    expect(texts.length).toBeGreaterThan(0);
    const { alice } = await stage(['alice']);
    for (const body of texts) await alice.says(body);
    const shown = timeline(alice.history.entries()).map(({ fields }) => fields['body']);
    expect(shown.filter((body) => body !== undefined)).toEqual(texts);
  });

  test('LIFE-4: every text is a title that comes back from the vCard', () => {
    for (const title of texts.filter((text) => text !== '')) {
      const card = writeVcard({ title, description: title });
      expect(vcardFault(card)).toBeUndefined();
      expect(readVcard(card)).toEqual({ title, description: title });
    }
  });
});

const files = corpusNamed('file-names');

describe.skipIf(files.isAbsent)(`file-names${files.note}`, () => {
  const rows = rowsOf<{ displayName: string; expect: 'keep' | 'reject' }>(files, 'names.json');

  test('MSG-5, SAFE-2: the name of a file is a text in its commit, and no path of any tree', async () => {
    expect(rows.length).toBeGreaterThan(0);
    const { alice } = await stage(['alice']);
    const { state } = await alice.resolved();
    for (const { displayName, expect: expected } of rows) {
      const message = canonicalJson({ ...PICTURE, displayName });
      if (readContent(message, 1).defect !== undefined) {
        expect([expected, isText(displayName)]).toEqual(['reject', false]);
        continue;
      }
      const fields = { ...PICTURE, displayName };
      const { content } = await alice.write({ kind: 'message', fields });
      expect(content).toMatchObject({ kind: 'file', fields: { displayName } });
    }
    expect((await alice.resolved()).state.files).toEqual(state.files);
  });
});

test('a text that no commit can carry is refused when it is sent', async () => {
  const { alice } = await stage(['alice']);
  for (const body of ['\ud800', 'a\0b']) {
    await expect(alice.says(body)).rejects.toMatchObject({ code: 'COMMIT_REFUSED' });
  }
  expect(utf8Text(utf8('a\0b'))).toBe('a\0b'); // It is UTF-8 all the same.
});

function rowsOf<Row>({ isAbsent, folder }: Corpus, file: string): readonly Row[] {
  // Corpora are fixed files; their shapes are the type arguments here.
  return isAbsent ? [] : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Row[]);
}
