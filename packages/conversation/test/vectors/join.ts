import type { JsonObject } from '@covey/codec';
import { layout } from '@covey/conversation';
import { deviceLike, sync, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, member, type RuleTable, uriOf, VCARD } from './attempt.ts';
import { decide, guestOf } from './cast.ts';
import {
  all,
  bobBanned,
  type Charter,
  carolPromoted,
  type Files,
  firstOf,
  flat,
  type Group,
  left,
  mode1,
  noLie,
  none,
  votesOnWhoLeft,
} from './membership-cast.ts';

const { adminPath, bannedPath, devicePath, invitedPath, memberPath, votePath } = layout;

/** What a join changes. */
const joining = ({ uri, deviceId, writer }: TestDevice): Files => ({
  [invitedPath(uri)]: undefined,
  [memberPath(uri)]: writer.chainPem,
  [devicePath(deviceId)]: writer.devicePem,
});

interface Joining {
  readonly charter?: Charter;
  readonly isInvited?: boolean;
  readonly rest?: Partial<Attempt>;
}

/** Doris takes up an invitation, with a lie. */
const joins = (
  name: string,
  lie: (group: Group & { doris: TestDevice }) => Promise<{
    readonly by?: TestDevice;
    readonly uri?: string | JsonObject;
    readonly files?: Files;
  }>,
  { charter = { mode: 2 }, isInvited = true, rest = {} }: Joining = {},
) =>
  attempt(
    name,
    async (scene) => {
      const group = await scene.group(['alice', 'bob', 'carol'], charter);
      if (isInvited) await group.alice.write({ kind: 'add', uri: await uriOf('doris') });
      await sync(group.alice, group.bob, group.carol);
      const doris = await guestOf(group.alice);
      const { by = doris, uri = by.uri, files } = await lie({ ...group, doris });
      await sync(group.alice, by);
      const message = typeof uri === 'string' ? member('join', uri) : uri;
      return scene.commits(by, { message, files: { ...joining(by), ...files } });
    },
    rest,
  );

const goodJoins = [
  joins('with an invitation', noLie),
  joins('where only admins invite', noLie, { charter: mode1 }),
  joins('an open group, which needs none', noLie, { charter: { mode: 3 }, isInvited: false }),
  joins('an open group, with an invitation', noLie, { charter: { mode: 3 } }),
  attempt('the other one of a one-to-one', async (scene) => {
    const charter = { invited: await uriOf('doris'), mode: 0 };
    const { alice } = await scene.group(['alice'], charter);
    const doris = await guestOf(alice);
    return scene.commits(doris, { message: member('join', doris.uri), files: joining(doris) });
  }),
];

const joinOwnUri: RuleTable[string] = {
  truths: goodJoins,
  lies: [
    joins("a member's name", async ({ bob }) => ({ uri: bob.uri })),
    joins("the admin's name", async ({ alice }) => ({ uri: alice.uri })),
    joins("a stranger's name", async () => ({ uri: await uriOf('mallory') })),
    joins("one's own device", async ({ doris }) => ({ uri: doris.deviceId })),
    joins('nobody', async () => ({ uri: { action: 'join', type: 'member' } })),
    joins('a list of names', async ({ doris }) => ({
      uri: { action: 'join', type: 'member', uri: [doris.uri] },
    })),
    joins('capitals', async ({ doris }) => ({ uri: doris.uri.toUpperCase() }), {
      charter: { mode: 3 },
      isInvited: false,
    }),
  ],
};

/** Where the admin brings the certificate of the beginning, it must not have been renewed. */
const BUT_RENEWED: Attempt['places'] = ['set-up', 'text', 'merge', 'void-side', 'old-parents'];

const notAMember: RuleTable[string] = {
  truths: [
    ...goodJoins,
    joins('who has left and is invited again', async ({ alice, bob, carol }) => {
      await left({ alice, bob, carol });
      await alice.write({ kind: 'add', uri: bob.writer.uri });
      await sync(alice, bob);
      return { by: bob };
    }),
  ],
  lies: [
    joins('a member', async ({ bob }) => ({ by: bob })),
    joins('the admin, who would be a member too', async ({ alice }) => ({ by: alice }), {
      rest: { places: BUT_RENEWED },
    }),
    joins("a member's new device", async ({ bob }) => ({
      by: await deviceLike(bob, { label: 'phone' }),
    })),
    joins('a member of an open group', async ({ bob }) => ({ by: bob }), { charter: { mode: 3 } }),
    joins('the creator of a flat group', async ({ alice }) => ({ by: alice }), {
      ...{ charter: flat, rest: { places: BUT_RENEWED } },
    }),
    joins('a member who was banned and let in again', async ({ alice, bob, carol }) => {
      await bobBanned({ alice, bob, carol });
      await decide('unban', bob.uri, [alice], bob);
      return { by: bob };
    }),
  ],
};

const joinInvited: RuleTable[string] = {
  truths: goodJoins,
  lies: [
    joins('nobody invited him', noLie, { isInvited: false }),
    joins('nobody invited him, where only admins invite', noLie, {
      charter: mode1,
      isInvited: false,
      rest: { holes: ['H14'] },
    }),
    joins('nobody invited him to the flat group', noLie, { charter: flat, isInvited: false }),
    joins('who has left', async (group) => {
      await left(group);
      return { by: group.bob };
    }),
    joins(
      'another one was invited',
      async ({ alice }) => ({ by: await guestOf(alice, 'mallory') }),
      { rest: { holes: ['H14'] } },
    ),
    attempt('a third account in a one-to-one', async (scene) => {
      const charter = { invited: await uriOf('bob'), mode: 0 };
      const { alice } = await scene.group(['alice', 'bob'], charter);
      const doris = await guestOf(alice);
      return scene.commits(doris, { message: member('join', doris.uri), files: joining(doris) });
    }),
    joins(
      'who brings the invitation along',
      async ({ doris }) => ({ files: { [invitedPath(doris.uri)]: '' } }),
      { isInvited: false },
    ),
  ],
};

const joinChanges: RuleTable[string] = {
  truths: goodJoins,
  lies: [
    joins('and becomes an admin', async ({ doris }) => ({
      files: { [adminPath(doris.uri)]: doris.writer.chainPem },
    })),
    joins('as an admin, and no member', async ({ doris }) => ({
      files: {
        [adminPath(doris.uri)]: doris.writer.chainPem,
        [memberPath(doris.uri)]: undefined,
      },
    })),
    joins('and keeps the invitation', async ({ doris }) => ({
      files: { [invitedPath(doris.uri)]: '' },
    })),
    joins('and brings somebody along', async () => ({
      files: { [invitedPath(await uriOf('mallory'))]: '' },
    })),
    joins("and takes a member's device away", async ({ bob }) => ({
      files: { [devicePath(bob.deviceId)]: undefined },
    })),
    joins('and throws a member out', async ({ bob }) => ({
      files: { [memberPath(bob.uri)]: undefined, [devicePath(bob.deviceId)]: undefined },
    })),
    joins('and bans a member', async ({ bob }) => ({
      files: { [bannedPath('members', bob.uri)]: bob.writer.chainPem },
    })),
    joins('and votes', async ({ bob, doris }) => ({
      files: { [votePath('ban', 'members', bob.uri, doris.uri)]: '' },
    })),
    joins('and names the group', async () => ({ files: { [layout.PROFILE_PATH]: VCARD } }), {
      charter: { mode: 3 },
      isInvited: false,
    }),
    joins('and leaves a file', async () => ({ files: { 'hello.txt': 'hello' } })),
  ],
};

/** Doris joins while there are votes on her. */
const joinUnderVotes = (
  name: string,
  options: { readonly twoAdmins?: boolean; readonly charter?: Charter },
  keeps: (cast: readonly string[]) => readonly string[],
) =>
  attempt(name, async (scene) => {
    const group = await scene.group(['alice', 'bob', 'carol'], options.charter ?? { mode: 2 });
    const { alice, carol } = group;
    if (options.twoAdmins) await carolPromoted(group);
    const uri = await uriOf('doris');
    await alice.write({ kind: 'add', uri });
    await sync(alice, carol);
    const cast: string[] = [];
    for (const voter of options.twoAdmins ? [alice, carol] : [alice]) {
      await voter.votes('ban', uri);
      await sync(alice, carol);
      cast.push(votePath('ban', 'invited', uri, voter.uri));
    }
    const doris = await guestOf(alice);
    const goes = cast.filter((path) => !keeps(cast).includes(path));
    const files = {
      ...joining(doris),
      ...Object.fromEntries(goes.map((path) => [path, undefined])),
    };
    return scene.commits(doris, { message: member('join', uri), files });
  });

/** Bob comes back to an open group, by himself, while there are votes on a device of his. */
const comesBack = (
  name: string,
  phones: string[],
  keeps: (cast: readonly string[]) => readonly string[],
) =>
  attempt(name, async (scene) => {
    const group = await scene.group(['alice', 'bob', 'carol'], { mode: 3 });
    const { bob, cast } = await votesOnWhoLeft(group, { phones });
    await bob.receive(group.alice);
    const goes = cast.filter((path) => !keeps(cast).includes(path));
    const files = { ...joining(bob), ...Object.fromEntries(goes.map((path) => [path, undefined])) };
    return scene.commits(bob, { message: member('join', bob.uri), files });
  });

const joinTakesVotes: RuleTable[string] = {
  truths: [
    joinUnderVotes('a vote', {}, none),
    joinUnderVotes('votes of two admins', { twoAdmins: true }, none),
    comesBack('a vote on a device', ['phone'], none),
  ],
  lies: [
    joinUnderVotes('a vote stays', {}, all),
    joinUnderVotes('one of two stays', { twoAdmins: true }, firstOf),
    joinUnderVotes('votes of two admins stay', { twoAdmins: true }, all),
    joinUnderVotes('a vote stays where only admins invite', { charter: mode1 }, all),
    comesBack('a vote on a device stays', ['phone'], all),
    comesBack('the vote on one of two devices stays', ['phone', 'tablet'], firstOf),
  ],
};

/** Joins. */
export const joinAttempts: RuleTable = {
  'join/own-uri': joinOwnUri,
  'join/not-a-member': notAMember,
  'join/invited': joinInvited,
  'join/changes': joinChanges,
  'join/takes-votes-along': joinTakesVotes,
};
