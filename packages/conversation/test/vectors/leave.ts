import type { JsonObject } from '@covey/codec';
import { type Intent, layout } from '@covey/conversation';
import { sync, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, member, type RuleTable, uriOf, VCARD } from './attempt.ts';
import { decide, phoneOf } from './cast.ts';
import { byBob, type Files, type Group, noLie, type Setting } from './membership-cast.ts';

const { adminPath, bannedPath, devicePath, invitedPath, memberPath, votePath } = layout;

/** Bob leaves, with a lie. */
const leaves = (
  name: string,
  lie: (
    group: Group,
    honest: { message: JsonObject; files: Files },
  ) => Promise<{ message?: JsonObject; files?: Files }>,
  { charter = { mode: 2 }, first = byBob, rest = {} }: Setting = {},
) =>
  attempt(
    name,
    async (scene) => {
      const group = await scene.group(['alice', 'bob', 'carol'], charter);
      const who = (await first(group)) ?? group.bob;
      // Whoever leaves is to be outlived by who leads to the place.
      scene.keeper = who === group.alice ? group.bob : group.alice;
      const honest = await scene.honest(who, { kind: 'leave' } satisfies Intent);
      return scene.commits(who, { ...honest, ...(await lie(group, honest)) });
    },
    rest,
  );

const byAlice = async ({ alice }: Group) => alice;

const withVotes = async ({ alice, bob, carol }: Group) => {
  await decide('promote', carol.uri, [alice], bob);
  await decide('promote', bob.uri, [alice, carol], bob);
  await bob.votes('demote', carol.uri);
  await sync(alice, bob, carol);
  await carol.votes('ban', bob.uri);
  await sync(alice, bob, carol);
  return bob;
};

const goodLeaves = [
  leaves('a member', noLie),
  leaves('the only admin', noLie, { first: byAlice }),
  leaves('an admin on whom there are votes, with votes of his own', noLie, { first: withVotes }),
  leaves('a member with two devices', noLie, {
    first: async ({ alice, bob, carol }) => {
      await phoneOf(bob, [alice, carol]);
      return bob;
    },
  }),
];

const gone = ({ uri, deviceId }: TestDevice): Files => ({
  [memberPath(uri)]: undefined,
  [devicePath(deviceId)]: undefined,
});

const leaveOwnUri: RuleTable[string] = {
  truths: goodLeaves,
  lies: [
    leaves(
      'throws another member out',
      async ({ carol }) => ({ message: member('remove', carol.uri), files: gone(carol) }),
      { rest: { holes: ['H10'] } },
    ),
    leaves(
      'throws the admin out',
      async ({ alice }) => ({
        message: member('remove', alice.uri),
        files: { [adminPath(alice.uri)]: undefined, [devicePath(alice.deviceId)]: undefined },
      }),
      { rest: { holes: ['H10'] } },
    ),
    leaves(
      'an admin throws a member out without a vote',
      async ({ bob }) => ({ message: member('remove', bob.uri), files: gone(bob) }),
      { first: byAlice, rest: { holes: ['H10'] } },
    ),
    leaves('goes, and names another', async ({ carol }) => ({
      message: member('remove', carol.uri),
    })),
    leaves('goes, and names nobody', async () => ({
      message: { action: 'remove', type: 'member' },
    })),
    leaves('removes a device only', async ({ bob }) => ({
      message: member('remove', bob.deviceId),
      files: { [devicePath(bob.deviceId)]: undefined },
    })),
    leaves(
      'takes an invitation back',
      async () => {
        const uri = await uriOf('doris');
        return { message: member('remove', uri), files: { [invitedPath(uri)]: undefined } };
      },
      {
        first: async ({ alice, bob }) => {
          await alice.write({ kind: 'add', uri: await uriOf('doris') });
          await sync(alice, bob);
          return bob;
        },
      },
    ),
  ],
};

const leaveWasThere: RuleTable[string] = {
  truths: goodLeaves,
  lies: [
    leaves('and changes nothing', async () => ({ files: {} }), { rest: { holes: ['H10'] } }),
    leaves('and keeps the chain', async ({ bob }, { files }) => ({
      files: { ...files, [memberPath(bob.uri)]: bob.writer.chainPem },
    })),
    leaves(
      'the only admin, who keeps the chain',
      async ({ alice }, { files }) => ({
        files: { ...files, [adminPath(alice.uri)]: alice.writer.chainPem },
      }),
      { first: byAlice },
    ),
    leaves(
      'and becomes an admin',
      async ({ bob }, { files }) => ({
        files: { ...files, [adminPath(bob.uri)]: bob.writer.chainPem },
      }),
      { rest: { holes: ['H10'] } },
    ),
    leaves(
      'the only admin, who becomes a member',
      async ({ alice }, { files }) => ({
        files: { ...files, [memberPath(alice.uri)]: alice.writer.chainPem },
      }),
      { first: byAlice },
    ),
    leaves('and renews the chain', async ({ bob }, { files }) => ({
      files: {
        ...files,
        [memberPath(bob.uri)]: await bob.account.renewChain(new Date('2026-11-10')),
      },
    })),
  ],
};

const alongWith = (
  name: string,
  more: (group: Group) => Promise<Files>,
  setting: Setting = {},
): Attempt =>
  leaves(
    name,
    async (group, { files }) => ({ files: { ...files, ...(await more(group)) } }),
    setting,
  );

const leaveOnlyOnesOwn: RuleTable[string] = {
  truths: goodLeaves,
  lies: [
    alongWith("and takes a member's device along", async ({ carol }) => ({
      [devicePath(carol.deviceId)]: undefined,
    })),
    alongWith('and takes a member along', async ({ carol }) => gone(carol), {
      rest: { holes: ['H10'] },
    }),
    alongWith('and takes the admin along', async ({ alice }) => ({
      [adminPath(alice.uri)]: undefined,
    })),
    alongWith(
      'and leaves an admin behind',
      async ({ carol }) => ({ [adminPath(carol.uri)]: carol.writer.chainPem }),
      { rest: { holes: ['H10'] } },
    ),
    alongWith('and has himself invited', async ({ bob }) => ({ [invitedPath(bob.uri)]: '' })),
    alongWith('and bans a member', async ({ carol }) => ({
      [bannedPath('members', carol.uri)]: carol.writer.chainPem,
    })),
    alongWith(
      'and votes',
      async ({ alice, carol }) => ({
        [votePath('ban', 'members', carol.uri, alice.uri)]: '',
      }),
      { first: byAlice },
    ),
    alongWith('and renames the group', async () => ({ [layout.PROFILE_PATH]: VCARD })),
    alongWith(
      'and takes the list of what was revoked along',
      async ({ bob }) => ({
        [layout.crlPath(bob.uri)]: undefined,
      }),
      {
        first: async ({ alice, bob, carol }) => {
          const phone = await phoneOf(bob, [alice, carol]);
          await bob.revokes(phone.writer);
          await sync(alice, bob, carol);
          return bob;
        },
        rest: { holes: ['H13'] },
      },
    ),
    alongWith('and leaves a file', async () => ({ 'goodbye.txt': 'goodbye' })),
  ],
};

const keeping = (
  name: string,
  keeps: (group: Group) => readonly string[],
  first: NonNullable<Setting['first']> = byBob,
  rest: Partial<Attempt> = {},
): Attempt =>
  leaves(
    name,
    async (group, { files }) => ({
      files: Object.fromEntries(
        Object.entries(files).filter(([path]) => !keeps(group).includes(path)),
      ),
    }),
    { first, rest },
  );

const withBobsPhone = async ({ alice, bob, carol }: Group) => {
  const phone = await phoneOf(bob, [alice, carol]);
  await alice.votes('ban', phone.deviceId);
  await sync(alice, bob, carol);
  return phone;
};

const leaveTakesAll: RuleTable[string] = {
  truths: goodLeaves,
  lies: [
    keeping('the device stays', ({ bob }) => [devicePath(bob.deviceId)], byBob, { holes: ['H12'] }),
    leaves(
      'a second device stays',
      async ({ bob }, { files }) => ({
        files: Object.fromEntries(
          Object.entries(files).filter(
            ([path]) => !path.startsWith('devices/') || path === devicePath(bob.deviceId),
          ),
        ),
      }),
      { first: withBobsPhone, rest: { holes: ['H12'] } },
    ),
    leaves(
      'votes on a device stay',
      async (_, { files }) => ({
        files: Object.fromEntries(
          Object.entries(files).filter(([path]) => !path.startsWith('votes/')),
        ),
      }),
      { first: withBobsPhone },
    ),
    keeping(
      'the vote that he cast stays',
      ({ bob, carol }) => [votePath('demote', 'admins', carol.uri, bob.uri)],
      withVotes,
    ),
    keeping(
      'the vote on him stays',
      ({ bob, carol }) => [votePath('ban', 'admins', bob.uri, carol.uri)],
      withVotes,
    ),
    keeping(
      'the device of the only admin stays',
      ({ alice }) => [devicePath(alice.deviceId)],
      byAlice,
    ),
  ],
};

/** Leaves. */
export const leaveAttempts: RuleTable = {
  'leave/own-uri': leaveOwnUri,
  'leave/was-there': leaveWasThere,
  'leave/only-ones-own': leaveOnlyOnesOwn,
  'leave/takes-all-along': leaveTakesAll,
};
