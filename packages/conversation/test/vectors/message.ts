import type { JsonObject } from '@covey/codec';
import { layout } from '@covey/conversation';
import { stage, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, NOBODY, type RuleTable, text, uriOf, VCARD } from './attempt.ts';
import { phoneOf } from './cast.ts';
import { deletes } from './edit.ts';
import {
  apart,
  EDITED,
  FILE,
  type Files,
  type Group,
  PICTURE,
  type Sayings,
  said,
  says,
} from './sayings.ts';
import { LATER } from './scene.ts';

const { adminPath, bannedPath, devicePath, invitedPath, memberPath, PROFILE_PATH, votePath } =
  layout;

const CALL = 'application/call-history+json';

const KINDS: Readonly<Record<string, (group: Sayings) => JsonObject>> = {
  'a text': () => text('hello'),
  'a reply': ({ bobs }) => text('hello', { 'reply-to': bobs }),
  'a reaction': ({ bobs }) => text('+1', { 'react-to': bobs }),
  'an edit': ({ first }) => text('first!', { edit: first }),
  'a file': () => PICTURE,
  'a call': ({ bob }) => ({ duration: '1500', to: bob.uri, type: CALL }),
  'a type of a later version': () => ({ type: 'application/party' }),
};

const goodMessages = Object.entries(KINDS).map(([name, message]) => said(name, message));

const smuggles = (
  kind: keyof typeof KINDS,
  what: string,
  files: (group: Sayings) => Promise<Files> | Files,
  more: Partial<Attempt> & { by?: 'bob' } = {},
) =>
  says(
    `${kind} and ${what}`,
    async (group) => ({
      message: KINDS[kind]?.(group) ?? '',
      files: await files(group),
      ...(more.by ? { by: group[more.by] } : {}),
    }),
    more,
  );

const noOtherChange: RuleTable[string] = {
  truths: [
    ...goodMessages,
    says("a text with the author's certificate, renewed", async ({ alice }) => ({
      message: text('hello'),
      files: { [devicePath(alice.deviceId)]: await alice.account.issuePaper(alice.writer, LATER) },
    })),
  ],
  lies: [
    smuggles('a text', 'an admin', ({ bob }) => ({ [adminPath(bob.uri)]: bob.writer.chainPem }), {
      by: 'bob',
      holes: ['H1'],
    }),
    smuggles(
      'a text',
      'an admin with NUL at its end',
      ({ carol }) => ({
        [adminPath(carol.uri)]: Uint8Array.of(...carol.writer.chainPem, 0),
      }),
      { by: 'bob', holes: ['H1'] },
    ),
    smuggles('a text', 'a file of zeros', () => ({ 'data.bin': new Uint8Array(8) }), {
      holes: ['H1'],
    }),
    smuggles('a text', 'a member goes', ({ carol }) => ({
      [memberPath(carol.uri)]: undefined,
      [devicePath(carol.deviceId)]: undefined,
    })),
    smuggles('a text', 'an invitation', async () => ({ [invitedPath(await uriOf('doris'))]: '' })),
    smuggles('a reply', 'a ban', ({ bob }) => ({
      [bannedPath('members', bob.uri)]: bob.writer.chainPem,
    })),
    smuggles('a reaction', 'a vote', ({ alice, bob }) => ({
      [votePath('ban', 'members', bob.uri, alice.uri)]: '',
    })),
    smuggles(
      'an edit',
      'the author becomes an admin',
      ({ bob }) => ({ [adminPath(bob.uri)]: bob.writer.chainPem }),
      { holes: ['H4'] },
    ),
    smuggles(
      'an edit',
      'a member is gone',
      ({ carol }) => ({ [memberPath(carol.uri)]: undefined }),
      { holes: ['H4'] },
    ),
    smuggles('a file', 'the file itself', () => ({ 'cat.png': 'a cat' })),
    smuggles('a call', "another's device goes", ({ bob }) => ({
      [devicePath(bob.deviceId)]: undefined,
    })),
    smuggles('a type of a later version', 'a profile', () => ({ [PROFILE_PATH]: VCARD })),
    smuggles('a text', "another account's list", async ({ bob }) => ({
      [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, []),
    })),
    smuggles('a text', "another account's chain, renewed", async ({ bob }) => ({
      [memberPath(bob.uri)]: await bob.account.renewChain(LATER),
    })),
  ],
};

const body: RuleTable[string] = {
  truths: goodMessages.slice(0, 4),
  lies: [
    said('a text without one', () => ({ type: 'text/plain' })),
    said('a text whose body is a number', () => ({ body: 42, type: 'text/plain' })),
    said('a text whose body is a list', () => ({ body: ['hello'], type: 'text/plain' })),
    said('a reply without one', ({ bobs }) => ({ 'reply-to': bobs, type: 'text/plain' })),
    said('a reaction whose body is null', ({ bobs }) => ({
      ...{ body: null, 'react-to': bobs, type: 'text/plain' },
    })),
    said('an edit without one', ({ first }) => ({ edit: first, type: 'text/plain' })),
    said('an edit of the old type without one', ({ first }) => ({ edit: first, type: EDITED })),
    said('a text with a Body', () => ({ Body: 'hello', type: 'text/plain' })),
  ],
};

const oneRelation: RuleTable[string] = {
  truths: goodMessages.slice(0, 5),
  lies: [
    said('a reply that is a reaction', ({ first, bobs }) =>
      text('x', { 'react-to': first, 'reply-to': bobs }),
    ),
    said('an edit that is a reply', ({ first, bobs }) =>
      text('x', { edit: first, 'reply-to': bobs }),
    ),
    said('all three of one commit', ({ first }) =>
      text('x', { edit: first, 'react-to': first, 'reply-to': first }),
    ),
    said('a reply to the beginning of an id', ({ bobs }) =>
      text('x', { 'reply-to': bobs.slice(0, 8) }),
    ),
    said('a reply to an id in capitals', ({ bobs }) =>
      text('x', { 'reply-to': bobs.toUpperCase() }),
    ),
    said('a reaction to a number', () => text('x', { 'react-to': 42 })),
    said('a reaction to nothing', () => text('x', { 'react-to': '' })),
    said('a reply to a list', ({ bobs }) => text('x', { 'reply-to': [bobs] })),
    said('a file that is a reply to the beginning of an id', ({ bobs }) => ({
      ...{ ...PICTURE, 'reply-to': bobs.slice(0, 8) },
    })),
  ],
};

const targetAmongAncestors: RuleTable[string] = {
  truths: [
    ...goodMessages.slice(1, 3),
    said('a file that is a reply', ({ bobs }) => ({ ...PICTURE, 'reply-to': bobs })),
    said("a reply to one's own reply", ({ reply }) => text('x', { 'reply-to': reply })),
  ],
  lies: [
    said('a reply to nothing', () => text('x', { 'reply-to': NOBODY })),
    said('a reaction to nothing', () => text('x', { 'react-to': NOBODY })),
    says('a reply to what stands apart', async (group) => ({
      message: text('x', { 'reply-to': await apart(group) }),
    })),
    says('a reaction to what stands apart', async (group) => ({
      message: text('x', { 'react-to': await apart(group) }),
      by: group.bob,
    })),
    said('a reply to a tree', ({ alice }) =>
      text('x', { 'reply-to': String(alice.history.heads[0]?.tree) }),
    ),
    says('a reply into another conversation', async () => {
      const { erin } = await stage(['erin']);
      return { message: text('x', { 'reply-to': erin.heads[0] ?? '' }) };
    }),
    said('a file that is a reply to nothing', () => ({ ...PICTURE, 'reply-to': NOBODY })),
  ],
};

const sends = (name: string, change: JsonObject) => said(name, () => ({ ...PICTURE, ...change }));

const fileFields: RuleTable[string] = {
  truths: [
    sends('a picture', {}),
    sends('of no bytes', { totalSize: '0' }),
    sends('with a name in any script', { displayName: '猫.png' }),
    deletes('a file that goes', ({ picture }) => picture),
  ],
  lies: [
    sends('the size is a number', { totalSize: 260 }),
    sends('the size has a sign', { totalSize: '-1' }),
    sends('the size begins with zero', { totalSize: '0260' }),
    sends('the id is in hex', { tid: '2a' }),
    sends('no id', { tid: '' }),
    sends('no name', { displayName: '' }),
    sends('the digest is too short', { sha3sum: 'ab'.repeat(32) }),
    sends('the digest is in capitals', { sha3sum: 'AB'.repeat(64) }),
    said('what goes has an id', ({ picture }) => ({ edit: picture, tid: '42', type: FILE })),
  ],
};

const calls = (name: string, fields: (group: Group) => JsonObject) =>
  said(name, (group) => ({ ...fields(group), type: CALL }));

const hostOf = ({ alice }: Group) => ({ confId: '7', device: alice.deviceId, uri: alice.uri });

const callFields: RuleTable[string] = {
  truths: [
    calls('with one', ({ bob }) => ({ duration: '1500', to: bob.uri })),
    calls('that begins', hostOf),
    calls('that ends', (group) => ({ ...hostOf(group), duration: '0' })),
  ],
  lies: [
    calls('with nobody', () => ({ duration: '1500' })),
    calls('without a duration', ({ bob }) => ({ to: bob.uri })),
    calls('of one and a half seconds', ({ bob }) => ({ duration: '1.5', to: bob.uri })),
    calls('whose duration is a number', ({ bob }) => ({ duration: 1500, to: bob.uri })),
    calls('that takes less than nothing', ({ bob }) => ({ duration: '-1', to: bob.uri })),
    calls('whose host has no device', ({ alice }) => ({ confId: '7', uri: alice.uri })),
    calls('that ends, whose duration is a number', (group) => ({ ...hostOf(group), duration: 0 })),
  ],
};

/** A commit for papers only. */
const bringsPapers = (
  name: string,
  lie: (
    group: Group,
  ) => Promise<{ files?: Files; more?: JsonObject }> | { files?: Files; more?: JsonObject },
  more: Partial<Attempt> = {},
) =>
  says(
    name,
    async (group) => {
      const { files = await renewal(group.alice), more: fields = {} } = await lie(group);
      return { message: { ...fields, type: 'application/update-papers' }, files };
    },
    more,
  );

const renewal = async ({ account, writer }: TestDevice): Promise<Files> => ({
  [devicePath(writer.deviceId)]: await account.issuePaper(writer, new Date('2026-11-12')),
});

const nothingElse: RuleTable[string] = {
  truths: [
    bringsPapers("the device's certificate", () => ({})),
    bringsPapers("the account's chain", async ({ alice }) => ({
      files: { [adminPath(alice.uri)]: await alice.account.renewChain(LATER) },
    })),
    attempt('a list', async (scene) => {
      const { alice, bob } = await scene.group(['alice', 'bob']);
      const phone = await phoneOf(alice, [bob]);
      await scene.takePlace(alice);
      const crl = await alice.account.revoke(9n, [phone.writer]);
      return scene.commits(alice, await scene.honest(alice, { kind: 'revoke', crl }));
    }),
  ],
  lies: [
    bringsPapers('no papers', () => ({ files: {} })),
    bringsPapers('a text in it', () => ({ more: { body: 'hello' } })),
    bringsPapers('somebody named', ({ bob }) => ({ more: { uri: bob.uri } })),
    bringsPapers('an edit in it', () => ({ more: { edit: NOBODY } })),
    bringsPapers('an empty key', () => ({ more: { '': '' } })),
    bringsPapers('no papers, and a text', () => ({ files: {}, more: { body: 'hello' } })),
    bringsPapers('a list, and what it is for', async ({ alice }) => ({
      files: { [layout.crlPath(alice.uri)]: await alice.account.revoke(9n, []) },
      more: { reason: 'lost' },
    })),
  ],
};

/** Messages of all kinds but edits, and commits for papers only. */
export const messageAttempts: RuleTable = {
  'message/no-other-change': noOtherChange,
  'message/body': body,
  'message/one-relation': oneRelation,
  'message/target-among-ancestors': targetAmongAncestors,
  'call/fields': callFields,
  'file/fields': fileFields,
  'papers/nothing-else': nothingElse,
};
