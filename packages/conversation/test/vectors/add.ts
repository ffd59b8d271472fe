import type { JsonObject } from '@covey/codec';
import { layout } from '@covey/conversation';
import { sync, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, member, type RuleTable, uriOf, VCARD } from './attempt.ts';
import { decide, guestOf, phoneOf } from './cast.ts';
import {
  all,
  bobBanned,
  byBob,
  type Charter,
  carolPromoted,
  type Files,
  firstOf,
  flat,
  type Group,
  left,
  mode1,
  none,
  type Setting,
  votesOnWhoLeft,
} from './membership-cast.ts';

const { adminPath, bannedPath, devicePath, invitedPath, memberPath, votePath } = layout;

/** An invitation, with a lie. */
const adding = (
  name: string,
  lie: (group: Group) => Promise<{ target: string | JsonObject; files: Files }>,
  { charter = { mode: 2 }, first, rest = {} }: Setting = {},
): Attempt =>
  attempt(
    name,
    async (scene) => {
      const group = await scene.group(['alice', 'bob', 'carol'], charter);
      const host = (await first?.(group)) ?? group.alice;
      const { target, files } = await lie(group);
      const message = typeof target === 'string' ? member('add', target) : target;
      return scene.commits(host, { message, files });
    },
    rest,
  );

const invitation = (target: string, content = '') => ({
  ...{ target, files: { [invitedPath(target)]: content } },
});

const dorisIsInvited = async () => invitation(await uriOf('doris'));

const goodAdds: readonly Attempt[] = [
  adding('by an admin', dorisIsInvited),
  adding('by a member', dorisIsInvited, { first: byBob }),
  adding('in an open group', dorisIsInvited, { charter: { mode: 3 }, first: byBob }),
  adding('by an admin where only admins invite', dorisIsInvited, { charter: { mode: 1 } }),
  adding('in a flat group', dorisIsInvited, { charter: flat, first: byBob }),
];

const addUri: RuleTable[string] = {
  truths: goodAdds,
  lies: [
    adding('everybody', async () => invitation('everybody')),
    adding('a device', async ({ bob }) => invitation(bob.deviceId)),
    adding('an account in capitals', async () => invitation((await uriOf('doris')).toUpperCase())),
    adding('an account short of a digit', async () => invitation('ab'.repeat(19))),
    adding('nobody', async () => ({ target: { action: 'add', type: 'member' }, files: {} })),
    adding('a number', async () => ({
      target: { action: 'add', type: 'member', uri: 42 },
      files: { [invitedPath('42')]: '' },
    })),
  ],
};

const onlyTheInvitation: RuleTable[string] = {
  truths: goodAdds,
  lies: [
    ...Object.entries({
      'and a second one': async () => ({ [invitedPath(await uriOf('mallory'))]: '' }),
      'and an admin': async ({ bob }: Group) => ({ [adminPath(bob.uri)]: bob.writer.chainPem }),
      'and a member at once': async ({ alice }: Group) => {
        const doris = await guestOf(alice);
        return { [memberPath(doris.uri)]: doris.writer.chainPem };
      },
      "and the guest's device": async ({ alice }: Group) => {
        const doris = await guestOf(alice);
        return { [devicePath(doris.deviceId)]: doris.writer.devicePem };
      },
      'and a member goes': async ({ carol }: Group) => ({ [memberPath(carol.uri)]: undefined }),
      'and a vote': async ({ alice, bob }: Group) => ({
        [votePath('ban', 'members', bob.uri, alice.uri)]: '',
      }),
      'and a profile': async () => ({ [layout.PROFILE_PATH]: VCARD }),
      'and a file that has no place': async () => ({ 'notes.txt': 'hello' }),
    }).map(([name, more]) =>
      adding(
        name,
        async (group) => {
          const { target, files } = await dorisIsInvited();
          return { target, files: { ...files, ...(await more(group)) } };
        },
        name === 'and an admin' ? { rest: { holes: ['H1'] } } : {},
      ),
    ),
    adding('without a file', async () => ({ target: await uriOf('doris'), files: {} })),
    adding('of who is invited already', async () => ({ target: await uriOf('doris'), files: {} }), {
      first: async ({ alice }) => {
        await alice.write({ kind: 'add', uri: await uriOf('doris') });
        return undefined;
      },
    }),
    adding(
      'an unban by invitation',
      async ({ bob }) => ({
        target: bob.uri,
        files: { [invitedPath(bob.uri)]: '', [bannedPath('members', bob.uri)]: undefined },
      }),
      { first: bobBanned, rest: { holes: ['H14'] } },
    ),
  ],
};

const CONTENTS: Readonly<Record<string, string>> = {
  'a word': 'welcome',
  'a line break': '\n',
  NUL: '\0',
  'the URI itself': 'ab'.repeat(20),
  'a thousand bytes': 'a'.repeat(1000),
  'a name': 'Doris',
};

const invitationIsEmpty: RuleTable[string] = {
  truths: goodAdds,
  lies: Object.entries(CONTENTS).map(([name, content], at) =>
    adding(name, async () => invitation(await uriOf('doris'), content), {
      ...(at % 2 === 1 ? { first: byBob } : {}),
      ...(content === '\0' ? { rest: { holes: ['H1'] } } : {}),
    }),
  ),
};

const herself = async ({ alice }: Group) => invitation(alice.uri);

const himself = async ({ bob }: Group) => invitation(bob.uri);

const notOneself: RuleTable[string] = {
  truths: goodAdds,
  lies: [
    adding('an admin', herself),
    adding('a member', himself, { first: byBob }),
    adding('an admin where only admins invite', herself, { charter: { mode: 1 } }),
    adding('a member where only admins invite', himself, { charter: { mode: 1 }, first: byBob }),
    adding('a member of an open group', himself, { charter: { mode: 3 }, first: byBob }),
    adding("a member's other device", himself, {
      first: ({ alice, bob, carol }) => phoneOf(bob, [alice, carol]),
    }),
  ],
};

const notInTheGroup: RuleTable[string] = {
  truths: [
    ...goodAdds.slice(0, 3),
    adding('who has left', himself, { first: left }),
    adding('who was banned when invited, and was let in again', himself, {
      first: async (group) => {
        await bobBanned(group);
        await decide('unban', group.bob.uri, [group.alice], group.bob, group.carol);
        await group.bob.says('back');
        await group.bob.write({ kind: 'leave' });
        await sync(group.alice, group.bob);
        return undefined;
      },
    }),
  ],
  lies: [
    adding('a member, by an admin', himself),
    adding('a member, by a member', async ({ carol }) => invitation(carol.uri), { first: byBob }),
    adding('an admin, by a member', herself, { first: byBob }),
    adding('an admin, by another admin', herself, {
      first: async (group) => {
        await carolPromoted(group);
        return group.carol;
      },
    }),
    adding('a member of an open group', himself, { charter: { mode: 3 } }),
    adding('the creator of a flat group', herself, { charter: flat, first: byBob }),
    adding('a member where only admins invite', himself, { charter: { mode: 1 } }),
  ],
};

const notBanned: RuleTable[string] = {
  truths: [
    ...goodAdds.slice(0, 3),
    adding('who was banned and let in again, and has left', himself, {
      first: async (group) => {
        await bobBanned(group);
        await decide('unban', group.bob.uri, [group.alice], group.bob, group.carol);
        await group.bob.says('back');
        return left(group);
      },
    }),
  ],
  lies: [
    adding('who was a member', himself, { first: bobBanned, rest: { holes: ['H14'] } }),
    adding('who was a member, by a member', himself, {
      first: async (group) => {
        await bobBanned(group);
        return group.carol;
      },
    }),
    adding('who was an admin', himself, {
      first: async (group) => {
        await carolPromoted(group);
        await decide('promote', group.bob.uri, [group.alice, group.carol], group.bob);
        await decide('ban', group.bob.uri, [group.alice, group.carol], group.bob);
        return undefined;
      },
      rest: { holes: ['H14'] },
    }),
    adding('who was invited', dorisIsInvited, {
      first: async ({ alice, bob, carol }) => {
        const uri = await uriOf('doris');
        await alice.write({ kind: 'add', uri });
        await decide('ban', uri, [alice], bob, carol);
        return undefined;
      },
    }),
    adding('who was a member of an open group', himself, {
      charter: { mode: 3 },
      first: bobBanned,
    }),
    adding('who was a member where only admins invite', himself, {
      charter: { mode: 1 },
      first: bobBanned,
    }),
  ],
};

/** In a one-to-one of alice and bob. */
const inPair = (
  name: string,
  steps: (pair: Record<'alice' | 'bob', TestDevice>) => Promise<readonly [TestDevice, string]>,
  rest: Partial<Attempt> = {},
): Attempt =>
  attempt(
    name,
    async (scene) => {
      const charter = { invited: await uriOf('bob'), mode: 0 };
      const pair = await scene.group(['alice', 'bob'], charter);
      const [host, target] = await steps(pair);
      scene.keeper = host;
      const { files } = invitation(target);
      return scene.commits(host, { message: member('add', target), files });
    },
    rest,
  );

const pairLeft = (name: 'alice' | 'bob') => async (pair: Record<'alice' | 'bob', TestDevice>) => {
  await pair[name].write({ kind: 'leave' });
  await sync(pair.alice, pair.bob);
};

const staysTwo: RuleTable[string] = {
  truths: [
    inPair('the other one, who has left', async (pair) => {
      await pairLeft('bob')(pair);
      return [pair.alice, pair.bob.uri];
    }),
    inPair('the creator, who has left', async (pair) => {
      await pairLeft('alice')(pair);
      return [pair.bob, pair.alice.uri];
    }),
    goodAdds[0] as Attempt, // There is a first one.
  ],
  lies: [
    inPair('a third account, by the creator', async ({ alice }) => [alice, await uriOf('doris')]),
    inPair('a third account, by the other', async ({ bob }) => [bob, await uriOf('doris')]),
    inPair('a third account for who has left', async (pair) => {
      await pairLeft('bob')(pair);
      return [pair.alice, await uriOf('doris')];
    }),
    inPair('a third account when the creator has left', async (pair) => {
      await pairLeft('alice')(pair);
      return [pair.bob, await uriOf('doris')];
    }),
    inPair('a third account, by a second device', async ({ alice, bob }) => [
      await phoneOf(alice, [bob]),
      await uriOf('doris'),
    ]),
    attempt(
      'anybody, in a conversation with oneself',
      async (scene) => {
        const charter = { invited: await uriOf('alice'), mode: 0 };
        const { alice } = await scene.group(['alice'], charter);
        const { target, files } = await dorisIsInvited();
        return scene.commits(alice, { message: member('add', target), files });
      },
      { holes: ['H14'] },
    ),
  ],
};

const adminsInvite: RuleTable[string] = {
  truths: [
    adding('the creator', dorisIsInvited, { charter: mode1 }),
    adding('an admin by promotion', dorisIsInvited, {
      charter: mode1,
      first: async (group) => {
        await carolPromoted(group);
        return group.carol;
      },
    }),
    adding('a member, in another mode', dorisIsInvited, { first: byBob }),
  ],
  lies: [
    adding('a member', dorisIsInvited, { charter: mode1, first: byBob, rest: { holes: ['H14'] } }),
    adding('another member', dorisIsInvited, { charter: mode1, first: async ({ carol }) => carol }),
    adding("a member's second device", dorisIsInvited, {
      charter: mode1,
      first: ({ alice, bob, carol }) => phoneOf(bob, [alice, carol]),
      rest: { holes: ['H14'] },
    }),
    adding('who was an admin', dorisIsInvited, {
      charter: mode1,
      first: async (group) => {
        const { alice, bob, carol } = group;
        await carolPromoted(group);
        await decide('promote', bob.uri, [alice, carol], bob);
        await decide('demote', bob.uri, [alice, carol], bob);
        return bob;
      },
    }),
    adding('a member who was banned and let in again', dorisIsInvited, {
      charter: mode1,
      first: async (group) => {
        await bobBanned(group);
        await decide('unban', group.bob.uri, [group.alice], group.bob);
        await group.bob.says('back');
        await sync(group.alice, group.bob);
        return group.bob;
      },
    }),
  ],
};

/** An invitation of who has left, which leaves some of the votes on his devices. */
const inviteAgain = (
  name: string,
  options: { readonly charter?: Charter; readonly twoAdmins?: boolean; readonly by?: 'carol' },
  phones: string[],
  keeps: (cast: readonly string[]) => readonly string[],
) =>
  attempt(name, async (scene) => {
    const group = await scene.group(['alice', 'bob', 'carol'], options.charter ?? { mode: 2 });
    if (options.twoAdmins) await carolPromoted(group);
    const voters = options.twoAdmins ? [group.alice, group.carol] : [group.alice];
    const { bob, cast } = await votesOnWhoLeft(group, { phones, voters });
    const goes = cast.filter((path) => !keeps(cast).includes(path));
    const files = Object.fromEntries(goes.map((path) => [path, undefined]));
    return scene.commits(group[options.by ?? 'alice'], {
      message: member('add', bob.uri),
      files: { [invitedPath(bob.uri)]: '', ...files },
    });
  });

const addTakesVotes: RuleTable[string] = {
  truths: [
    inviteAgain('one vote', {}, ['phone'], none),
    inviteAgain('votes of two admins', { twoAdmins: true }, ['phone'], none),
    inviteAgain('by a member', { by: 'carol' }, ['phone', 'tablet'], none),
  ],
  lies: [
    inviteAgain('a vote stays', {}, ['phone'], all),
    inviteAgain('one of two stays', { twoAdmins: true }, ['phone'], firstOf),
    inviteAgain('votes of two admins stay', { twoAdmins: true }, ['phone'], all),
    inviteAgain('the vote on one of two devices stays', {}, ['phone', 'tablet'], firstOf),
    inviteAgain('a vote stays, by a member', { by: 'carol' }, ['phone'], all),
    inviteAgain('a vote stays in an open group', { charter: { mode: 3 } }, ['phone'], all),
    inviteAgain('a vote stays where only admins invite', { charter: mode1 }, ['phone'], all),
  ],
};

/** Invitations. */
export const addAttempts: RuleTable = {
  'add/uri': addUri,
  'add/only-the-invitation': onlyTheInvitation,
  'add/invitation-is-empty': invitationIsEmpty,
  'add/not-oneself': notOneself,
  'add/not-in-the-group': notInTheGroup,
  'add/not-banned': notBanned,
  'add/one-to-one-stays-two': staysTwo,
  'add/admins-invite': adminsInvite,
  'add/takes-votes-along': addTakesVotes,
};
