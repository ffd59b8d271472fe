import type { JsonObject } from '@covey/codec';
import { layout, writeVcard } from '@covey/conversation';
import type { StageOptions } from '@covey/testkit';
import { type Attempt, type RuleTable, uriOf, VCARD } from './attempt.ts';
import { decide, phoneOf } from './cast.ts';
import { type Files, type Sayings, says } from './sayings.ts';

const { adminPath, bannedPath, devicePath, invitedPath, memberPath, PROFILE_PATH, votePath } =
  layout;

const UPDATE: JsonObject = { type: 'application/update-profile' };

const profiles = (
  name: string,
  files: (group: Sayings) => Promise<Files> | Files,
  more: Partial<Attempt> & { by?: 'bob'; charter?: StageOptions['charter'] } = {},
) =>
  says(
    name,
    async (group) => ({
      message: UPDATE,
      files: await files(group),
      ...(more.by ? { by: group[more.by] } : {}),
    }),
    more,
  );

const card = (vcard: string | Uint8Array) => () => ({ [PROFILE_PATH]: vcard });

const goodProfiles = [
  profiles('a title', card(VCARD)),
  profiles(
    'a description with line breaks, and a picture',
    card(writeVcard({ avatar: 'iVBORw0KGgo=', description: 'two\nlines', title: 'Friends' })),
  ),
  profiles('by a member, where that is allowed', card(VCARD), {
    ...{ by: 'bob', charter: { mode: 2, profile: 'member' } },
  }),
  profiles('by a member of a flat group', card(VCARD), {
    ...{ by: 'bob', charter: { flat: true, mode: 2 } },
  }),
];

const withCard = (
  name: string,
  more: (group: Sayings) => Promise<Files> | Files,
  rest: Partial<Attempt> = {},
) => profiles(name, async (group) => ({ [PROFILE_PATH]: VCARD, ...(await more(group)) }), rest);

const onlyTheProfile: RuleTable[string] = {
  truths: goodProfiles,
  lies: [
    withCard('and a member goes', ({ bob }) => ({ [memberPath(bob.uri)]: undefined })),
    withCard(
      'and a member becomes an admin',
      ({ bob }) => ({
        [adminPath(bob.uri)]: bob.writer.chainPem,
      }),
      { holes: ['H1'] },
    ),
    withCard('and an invitation', async () => ({ [invitedPath(await uriOf('doris'))]: '' })),
    withCard("and a member's device goes", ({ bob }) => ({
      [devicePath(bob.deviceId)]: undefined,
    })),
    withCard('and a ban', ({ bob }) => ({ [bannedPath('members', bob.uri)]: bob.writer.chainPem })),
    withCard('and a vote', ({ alice, bob }) => ({
      [votePath('ban', 'members', bob.uri, alice.uri)]: '',
    })),
    withCard('and a picture beside it', () => ({ 'avatar.png': 'a picture' })),
    profiles('a profile by another name', () => ({ 'profile.txt': VCARD })),
    says('the profile goes', async ({ alice }) => {
      await alice.write({ kind: 'profile', profile: { title: 'Friends' } });
      return { message: UPDATE, files: { [PROFILE_PATH]: undefined } };
    }),
  ],
};

const byWhom: RuleTable[string] = {
  truths: goodProfiles,
  lies: [
    profiles('a member', card(VCARD), { by: 'bob' }),
    profiles('a member where admins invite', card(VCARD), { by: 'bob', charter: { mode: 1 } }),
    profiles('a member of an open group', card(VCARD), { by: 'bob', charter: { mode: 3 } }),
    profiles('a member, where it is said to be for admins', card(VCARD), {
      ...{ by: 'bob', charter: { mode: 2, profile: 'admin' } },
    }),
    says("a member's second device", async ({ alice, bob, carol }) => ({
      by: await phoneOf(bob, [alice, carol]),
      message: UPDATE,
      files: { [PROFILE_PATH]: VCARD },
    })),
    says('who was an admin', async ({ alice, bob, carol }) => {
      await decide('promote', bob.uri, [alice], bob);
      await decide('promote', carol.uri, [alice, bob], carol);
      await decide('demote', bob.uri, [alice, carol], bob);
      return { by: bob, message: UPDATE, files: { [PROFILE_PATH]: VCARD } };
    }),
    says('a member, who empties it', ({ bob }) => ({
      by: bob,
      message: UPDATE,
      files: { [PROFILE_PATH]: '' },
    })),
  ],
};

const LIMIT = 256 * 1024;

const wide = (bytes: number, filling = 'A') => {
  const [head, tail] = ['BEGIN:VCARD\nVERSION:2.1\nNOTE:', '\nEND:VCARD'];
  return head + filling.repeat(bytes - head.length - tail.length) + tail;
};

const size: RuleTable[string] = {
  truths: [
    profiles('exactly 256 KiB', card(wide(LIMIT))),
    profiles('a byte less', card(wide(LIMIT - 1, 'B'))),
    goodProfiles[1] as Attempt, // There is a second one.
  ],
  lies: [
    profiles('a byte more', card(wide(LIMIT + 1)), { holes: ['H15'] }),
    profiles('twice as much', card(wide(2 * LIMIT, 'B')), { holes: ['H15'] }),
    profiles('a byte more, by a member who may', card(wide(LIMIT + 1, 'C')), {
      ...{ by: 'bob', charter: { mode: 2, profile: 'member' } },
    }),
    profiles('nothing but zeros', card(new Uint8Array(LIMIT + 1)), { holes: ['H1', 'H15'] }),
    profiles('a mebibyte of line breaks', card('\n'.repeat(4 * LIMIT)), { holes: ['H15'] }),
  ],
};

const VCARDS: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'a line break in a title': 'BEGIN:VCARD\nVERSION:2.1\nFN:two\nlines\nEND:VCARD',
  'version 4.0': 'BEGIN:VCARD\nVERSION:4.0\nFN:x\nEND:VCARD',
  'no end': 'BEGIN:VCARD\nVERSION:2.1\nFN:x',
  'no beginning': 'VERSION:2.1\nFN:x\nEND:VCARD',
  'what is not UTF-8': Uint8Array.of(...new TextEncoder().encode(VCARD), 0xff),
  'something behind the end': `${VCARD}\nFN:other`,
  'a name in small letters': 'BEGIN:VCARD\nVERSION:2.1\nfn:x\nEND:VCARD',
  'a page': '<!doctype html><title>x</title>',
};

const wellFormed: RuleTable[string] = {
  truths: goodProfiles,
  lies: Object.entries(VCARDS).map(([name, vcard]) => profiles(name, card(vcard))),
};

/** Updates of the profile. */
export const profileAttempts: RuleTable = {
  'profile/only-the-profile': onlyTheProfile,
  'profile/by-whom': byWhom,
  'profile/size': size,
  'profile/well-formed': wellFormed,
};
