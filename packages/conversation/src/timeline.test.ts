import { expect, test } from 'vitest';
import { stage, sync } from '@covey/testkit';
import { PICTURE } from '../test/cases/message.ts';
import { type Entry, type TimelineMessage, timeline, timelinePage } from './index.ts';

test('MSG-3: an edit shows on its original, the newest edition first in the body', async () => {
  const { alice } = await stage(['alice']);
  const original = await alice.says('helo');
  const first = await alice.says('hello', { edit: original.oid });
  await alice.says('Hello', { edit: original.oid });
  const [, shown, ...rest] = timeline(alice.history.entries());
  expect(rest).toEqual([]);
  expect(shown).toMatchObject({
    entry: { oid: original.oid },
    fields: { body: 'Hello' },
    editions: [
      { id: first.oid, body: 'hello' },
      { id: original.oid, body: 'helo' },
    ],
    deleted: false,
  });
});

test('MSG-3: both spellings of an edit mean the same', async () => {
  const { alice } = await stage(['alice']);
  const { oid } = await alice.says('helo');
  const fields = { body: 'hello', edit: oid, type: 'application/edited-message' };
  await alice.write({ kind: 'message', fields });
  expect(timeline(alice.history.entries())[1]?.fields).toMatchObject({ body: 'hello' });
});

test('MSG-3: an edit with an empty body deletes, and takes the reactions away', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const { oid } = await alice.says('oops');
  await sync(alice, bob);
  await bob.says('!', { 'react-to': oid });
  await sync(alice, bob);
  await alice.says('', { edit: oid });
  const shown = timeline(alice.history.entries()).find(({ entry }) => entry.oid === oid);
  expect(shown).toMatchObject({ deleted: true, reactions: [], fields: { body: '' } });
});

test('MSG-11: a reaction shows on its target, and its author takes it back', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const { oid } = await alice.says('lunch?');
  await sync(alice, bob);
  const yes = await bob.says('+1', { 'react-to': oid });
  const reactions = () =>
    timeline(bob.history.entries()).find(({ entry }) => entry.oid === oid)?.reactions;
  expect(reactions()).toEqual([{ id: yes.oid, author: bob.uri, body: '+1' }]);
  await bob.says('', { edit: yes.oid });
  expect(reactions()).toEqual([]);
});

test('MSG-5: a deleted file is shown as deleted', async () => {
  const { alice } = await stage(['alice']);
  const { oid } = await alice.write({ kind: 'message', fields: PICTURE });
  const shown = () => timeline(alice.history.entries()).find(({ entry }) => entry.oid === oid);
  expect(shown()).toMatchObject({ deleted: false, fields: { displayName: 'cat.png' } });
  const fields = { edit: oid, tid: '', type: PICTURE.type };
  await alice.write({ kind: 'message', fields });
  expect(shown()).toMatchObject({ deleted: true });
});

test('MSG-10: a type of a later version is kept and shown as needing a newer program', async () => {
  const { alice } = await stage(['alice']);
  await alice.write({ kind: 'message', fields: { type: 'application/poll+json' } });
  const shown = timeline(alice.history.entries()).map((message) => message.needsNewerVersion);
  expect(shown).toEqual([false, true]);
});

test('MSG-9: a merge is no message', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  await Promise.all([alice.says('one'), bob.says('two')]);
  await sync(alice, bob);
  await alice.says('three');
  const kinds = timeline(alice.history.entries()).map(({ entry }) => entry.content.kind);
  expect(kinds).toEqual(['initial', 'add', 'join', 'text', 'text', 'text']);
});

test("jami: an edit of another's message is kept and has no effect", async () => {
  const { alice, bob } = await stage(['alice', 'bob'], { profile: 'jami' });
  const { oid } = await alice.says('mine');
  await sync(alice, bob);
  await bob.says('yours', { edit: oid });
  expect(timeline(bob.history.entries()).at(-1)?.fields).toMatchObject({ body: 'mine' });
});

test('pages, one before the other, are the whole timeline', async () => {
  const { alice, bob } = await stage(['alice', 'bob']);
  const said = [await alice.says('one'), await alice.says('two'), await alice.says('three')];
  await alice.says('One', { edit: said[0]!.oid }); // three were said
  const liked = await alice.says('+1', { 'react-to': said[1]!.oid });
  await bob.says('meanwhile');
  await sync(alice, bob);
  await alice.says('', { edit: liked.oid });
  await alice.says('+1', { 'react-to': said[2]!.oid });
  const { history } = alice;
  for (const n of [1, 2, 3, 100]) {
    const pages: TimelineMessage[] = [];
    for (let from = undefined as Entry | undefined; ; from = pages[0]?.entry) {
      const page = timelinePage(history.ordered, (oid) => history.about(oid), { from, n });
      if (page.length === 0) break;
      pages.unshift(...page);
    }
    expect(pages).toEqual(timeline(history.entries()));
  }
});
