import { sync } from '@covey/testkit';
import { type Attempt, NOBODY, type RuleTable, text, uriOf } from './attempt.ts';
import { phoneOf } from './cast.ts';
import { apart, EDITED, FILE, type Sayings, says } from './sayings.ts';

const edits = (
  name: string,
  original: (group: Sayings) => Promise<string> | string,
  more: Partial<Attempt> & { by?: 'bob' | 'carol'; type?: string } = {},
) =>
  says(
    name,
    async (group) => ({
      message: {
        ...text('changed', { edit: await original(group) }),
        type: more.type ?? 'text/plain',
      },
      ...(more.by ? { by: group[more.by] } : {}),
    }),
    more,
  );

/** Takes back a file that was offered. */
export const deletes = (name: string, original: (group: Sayings) => string, by?: 'bob') =>
  says(name, (group) => ({
    message: { edit: original(group), tid: '', type: FILE },
    ...(by ? { by: group[by] } : {}),
  }));

const goodEdits = [
  edits('of a text', ({ first }) => first),
  edits('of a reply', ({ reply }) => reply),
  edits('of a text, by the old type', ({ first }) => first, { type: EDITED }),
  edits("of bob's text, by bob", ({ bobs }) => bobs, { by: 'bob' }),
  deletes('a file that goes', ({ picture }) => picture),
];

const originalAmongAncestors: RuleTable[string] = {
  truths: goodEdits,
  lies: [
    edits('of nothing', () => NOBODY),
    edits('of nothing, by the old type', () => NOBODY, { type: EDITED }),
    edits('of what stands apart', apart),
    says('by the old type, without saying of what', () => ({
      message: { body: 'changed', type: EDITED },
    })),
    deletes('a file that nobody sent goes', () => NOBODY),
    edits('of a tree', ({ alice }) => String(alice.history.heads[0]?.tree)),
    edits('of nothing, by a member', () => NOBODY, { by: 'bob' }),
  ],
};

const sameAccount: RuleTable[string] = {
  truths: [
    ...goodEdits,
    says("by one's other device", async ({ alice, bob, carol, first }) => ({
      by: await phoneOf(alice, [bob, carol]),
      message: text('changed', { edit: first }),
    })),
  ],
  lies: [
    edits("of the admin's text, by a member", ({ first }) => first, { by: 'bob', holes: ['H4'] }),
    edits("of a member's text, by the admin", ({ bobs }) => bobs, { holes: ['H4'] }),
    edits("of a member's text, by another", ({ bobs }) => bobs, { by: 'carol' }),
    edits("of the admin's text, by the old type", ({ first }) => first, {
      by: 'bob',
      type: EDITED,
    }),
    edits("of the admin's reply", ({ reply }) => reply, { by: 'carol' }),
    deletes("the admin's file goes", ({ picture }) => picture, 'bob'),
    edits("of the admin's edit", ({ edition }) => edition, { by: 'bob' }),
  ],
};

const namesTheOriginal: RuleTable[string] = {
  truths: goodEdits,
  lies: [
    edits('of an edit', ({ edition }) => edition),
    edits('of an edit, by the old type', ({ edition }) => edition, { type: EDITED }),
    edits('of the root', ({ alice }) => alice.history.root?.oid ?? ''),
    edits('of an invitation', async ({ alice, bob, carol }) => {
      const { oid } = await alice.write({ kind: 'add', uri: await uriOf('doris') });
      await sync(alice, bob, carol);
      return oid;
    }),
    edits('of a vote', async ({ alice, bob }) => (await alice.votes('ban', bob.uri)).oid),
    edits(
      'of a profile',
      async ({ alice }) => (await alice.write({ kind: 'profile', profile: { title: 'x' } })).oid,
    ),
    deletes('a text goes as a file', ({ first }) => first),
    edits(
      'of a join',
      ({ bob, alice }) =>
        [...alice.history.entries()].find(
          ({ uri, content }) => uri === bob.uri && content.kind === 'join',
        )?.oid ?? '',
      { by: 'bob' },
    ),
  ],
};

/** Edits. */
export const editAttempts: RuleTable = {
  'edit/original-among-ancestors': originalAmongAncestors,
  'edit/same-account': sameAccount,
  'edit/names-the-original': namesTheOriginal,
};
