import type { JsonObject } from '@covey/codec';
import { layout } from '@covey/conversation';
import { sync, type TestDevice } from '@covey/testkit';
import { type Attempt, attempt, member, type RuleTable, uriOf, VCARD } from './attempt.ts';
import {
  type Asked,
  asked,
  carriedOut,
  decide,
  moveOf,
  phoneOf,
  QUESTIONS,
  type Question,
  voted,
  wordsOf,
} from './cast.ts';
import {
  BAN_ADMIN,
  BAN_DEVICE,
  BAN_INVITED,
  BAN_MEMBER,
  type Charter,
  DEMOTE,
  type Files,
  flat2,
  flat3,
  PROMOTE,
  UNBAN_DEVICE,
  UNBAN_MEMBER,
} from './questions.ts';
import type { Scene } from './scene.ts';

const { adminPath, bannedPath, devicePath, invitedPath, memberPath, votePath } = layout;

interface Decision {
  readonly by?: TestDevice;
  readonly message?: JsonObject;
  readonly files?: Files;
}

/** A resolution for which all have voted, with a lie. */
export const resolves = (
  name: string,
  question: Question,
  lie: (group: Asked, honest: Files) => Promise<Decision> | Decision = () => ({}),
  {
    charter,
    setUp = voted,
    ...rest
  }: Partial<Attempt> & {
    charter?: Charter;
    setUp?: (scene: Scene, question: Question, charter?: Charter) => Promise<Asked>;
  } = {},
): Attempt =>
  attempt(
    `${name}: ${wordsOf(question)}`,
    async (scene) => {
      const group = await setUp(scene, question, charter);
      const { alice, action, target } = group;
      const honest = carriedOut(group, (await alice.resolved()).state);
      const {
        by = alice,
        message = member(action, target),
        files = honest,
      } = await lie(group, honest);
      return scene.commits(by, { message, files });
    },
    rest,
  );

/** Each question, carried out as it must be. */
export const goodResolutions = QUESTIONS.map((question) => resolves('carried out', question));

const unlawful = (
  name: string,
  charter: Charter | 'pair',
  action: 'ban' | 'promote' | 'demote' | 'unban',
) =>
  attempt(
    name,
    async (scene) => {
      const pair = { invited: await uriOf('bob'), mode: 0 };
      const { alice, bob } = await scene.group(
        ['alice', 'bob'],
        charter === 'pair' ? pair : charter,
      );
      const target = action === 'demote' ? alice.uri : bob.uri;
      const [gone, there] = moveOf(action, action === 'demote' ? 'admins' : 'members', target);
      const chain = action === 'demote' ? alice.writer.chainPem : bob.writer.chainPem;
      const moved = there === undefined ? {} : { [there]: chain };
      const files = { ...moved, [gone]: undefined };
      const by = action === 'demote' ? bob : alice;
      return scene.commits(by, { message: member(action, target), files });
    },
    { holes: ['H14'] },
  );

const resolutionGroup: RuleTable[string] = {
  truths: [
    resolves('where members invite', BAN_MEMBER),
    resolves('where admins invite', PROMOTE, undefined, { charter: { mode: 1 } }),
    resolves('in an open group', UNBAN_MEMBER, undefined, { charter: { mode: 3 } }),
    ...goodResolutions,
  ],
  lies: [
    unlawful('a ban in a one-to-one', 'pair', 'ban'),
    unlawful('a promotion in a one-to-one', 'pair', 'promote'),
    unlawful('the creator of a flat group bans', flat2, 'ban'),
    unlawful('the creator of a flat group promotes', flat2, 'promote'),
    unlawful('a member of a flat group demotes its creator', flat2, 'demote'),
    unlawful('the creator of an open flat group bans', flat3, 'ban'),
    unlawful('the creator of an open flat group lifts a ban that there is not', flat3, 'unban'),
  ],
};

const resolutionByAdmin: RuleTable[string] = {
  truths: goodResolutions,
  lies: [
    resolves('by a member', BAN_MEMBER, ({ carol }) => ({ by: carol })),
    resolves('by a member', BAN_INVITED, ({ carol }) => ({ by: carol })),
    resolves('by a member', BAN_DEVICE, ({ carol }) => ({ by: carol })),
    resolves('by a member', UNBAN_MEMBER, ({ carol }) => ({ by: carol })),
    resolves("by the banned device's owner", UNBAN_DEVICE, ({ bob }) => ({ by: bob })),
    resolves('by who is to be promoted', PROMOTE, ({ bob }) => ({ by: bob })),
    attempt('by who was an admin', async (scene) => {
      const group = await asked(scene, BAN_ADMIN);
      const { alice, bob, carol } = group;
      await decide('demote', carol.uri, [alice, bob], carol);
      for (const target of [bob.uri]) await alice.votes('ban', target);
      await sync(alice, bob, carol);
      const files = carriedOut(group, (await alice.resolved()).state);
      return scene.commits(carol, { message: member('ban', bob.uri), files });
    }),
  ],
};

/** Files that move nothing: the target is asked for first. */
const nowhere = (
  name: string,
  action: Question['action'],
  target: (group: Asked) => string | Promise<string>,
  question: Question = BAN_MEMBER,
  files: (group: Asked) => Files = () => ({}),
) =>
  resolves(name, question, async (group) => ({
    message: member(action, await target(group)),
    files: files(group),
  }));

const resolutionTarget: RuleTable[string] = {
  truths: goodResolutions,
  lies: [
    nowhere('a ban of a stranger', 'ban', () => uriOf('doris')),
    nowhere('a ban of nobody', 'ban', () => ''),
    nowhere('an unban of who is not banned', 'unban', ({ bob }) => bob.uri),
    nowhere('a promotion of an admin', 'promote', ({ bob }) => bob.uri, DEMOTE),
    nowhere(
      'a promotion of who is only invited',
      'promote',
      ({ target }) => target,
      BAN_INVITED,
      ({ target }) => ({ [invitedPath(target)]: undefined }),
    ),
    nowhere('a demotion of a member', 'demote', ({ bob }) => bob.uri),
    nowhere('a promotion of a device', 'promote', ({ target }) => target, BAN_DEVICE),
    nowhere(
      'a demotion of a device',
      'demote',
      ({ target }) => target,
      BAN_DEVICE,
      ({ target }) => ({ [devicePath(target)]: undefined }),
    ),
    nowhere('a second ban', 'ban', ({ bob }) => bob.uri, UNBAN_MEMBER),
    nowhere('an unban of a device that never wrote', 'unban', () => 'ab'.repeat(32)),
    nowhere(
      'a promotion of a stranger, whose chain is brought',
      'promote',
      () => uriOf('doris'),
      BAN_MEMBER,
      ({ bob }) => ({ [adminPath(bob.uri)]: bob.writer.chainPem }),
    ),
  ],
};

const and = (
  name: string,
  question: Question,
  more: (group: Asked) => Promise<Files> | Files,
  rest: Partial<Attempt> = {},
) =>
  resolves(
    name,
    question,
    async (group, honest) => ({ files: { ...honest, ...(await more(group)) } }),
    rest,
  );

const onlyItsFiles: RuleTable[string] = {
  truths: goodResolutions,
  lies: [
    and('and of another member', BAN_MEMBER, ({ carol }) => ({
      [memberPath(carol.uri)]: undefined,
    })),
    and("and another's device goes", BAN_MEMBER, ({ carol }) => ({
      [devicePath(carol.deviceId)]: undefined,
    })),
    and(
      'and the author makes a member admin',
      BAN_MEMBER,
      ({ carol }) => ({
        [adminPath(carol.uri)]: carol.writer.chainPem,
      }),
      { holes: ['H11'] },
    ),
    and('as an admin', PROMOTE, ({ bob }) => ({
      [bannedPath('members', bob.uri)]: bob.writer.chainPem,
    })),
    and('and an invitation', UNBAN_MEMBER, async () => ({
      [invitedPath(await uriOf('doris'))]: '',
    })),
    and(
      "with another's chain",
      PROMOTE,
      ({ bob, carol }) => ({
        [adminPath(bob.uri)]: carol.writer.chainPem,
      }),
      { holes: ['H5'] },
    ),
    and("with another's chain", BAN_MEMBER, ({ bob, carol }) => ({
      [bannedPath('members', bob.uri)]: carol.writer.chainPem,
    })),
    and('and the devices of the target', PROMOTE, ({ bob }) => ({
      [devicePath(bob.deviceId)]: undefined,
    })),
    and('to be an admin', UNBAN_MEMBER, ({ bob }) => ({
      [adminPath(bob.uri)]: bob.writer.chainPem,
    })),
    and('and the device is back at once', UNBAN_DEVICE, async ({ bob, target }) => {
      const phone = await bob.account.addDevice('phone');
      return { [devicePath(target)]: phone.devicePem };
    }),
    and('and a profile', BAN_INVITED, () => ({ [layout.PROFILE_PATH]: VCARD })),
    resolves(
      'and a vote on another goes',
      BAN_MEMBER,
      ({ alice, carol }, honest) => ({
        files: { ...honest, [votePath('ban', 'members', carol.uri, alice.uri)]: undefined },
      }),
      {
        setUp: async (scene, question, charter) => {
          const group = await voted(scene, question, charter);
          await group.alice.votes('ban', group.carol.uri);
          return group;
        },
      },
    ),
    and('and a list of what is revoked', DEMOTE, async ({ bob }) => ({
      [layout.crlPath(bob.uri)]: await bob.account.revoke(1n, []),
    })),
  ],
};

const without = (
  name: string,
  question: Question,
  isKept: (path: string, group: Asked) => boolean,
) =>
  resolves(name, question, (group, honest) => ({
    files: Object.fromEntries(Object.entries(honest).filter(([path]) => !isKept(path, group))),
  }));

const isAt =
  (end: 0 | 1) =>
  (path: string, { action, from, target }: Asked) =>
    moveOf(action, from, target)[end] === path;

const moves: RuleTable[string] = {
  truths: goodResolutions,
  lies: [
    without('nothing happens', BAN_MEMBER, () => true),
    without('nothing happens', PROMOTE, () => true),
    without('stays where it was', BAN_MEMBER, isAt(0)),
    without('stays where it was', DEMOTE, isAt(0)),
    without('stays where it was', UNBAN_DEVICE, isAt(0)),
    without('goes nowhere', BAN_ADMIN, isAt(1)),
    without('goes nowhere', BAN_INVITED, isAt(1)),
    without('goes nowhere', BAN_DEVICE, isAt(1)),
    without('goes nowhere', PROMOTE, isAt(1)),
    without('goes nowhere', UNBAN_MEMBER, isAt(1)),
    without('goes nowhere', DEMOTE, isAt(1)),
    without('is in both places', PROMOTE, isAt(0)),
  ],
};

const isVote = (path: string) => path.startsWith('votes/');

const takesAll: RuleTable[string] = {
  truths: goodResolutions,
  lies: [
    without('the device stays', BAN_MEMBER, (path) => path.startsWith('devices/')),
    without('the device stays', BAN_ADMIN, (path) => path.startsWith('devices/')),
    without('the vote stays', BAN_MEMBER, isVote),
    without('the vote stays', BAN_INVITED, isVote),
    without('the vote stays', BAN_DEVICE, isVote),
    without('the vote stays', PROMOTE, isVote),
    without(
      'one of two votes stays',
      DEMOTE,
      (path, { path: cast, carol }) => path === cast(carol.uri),
    ),
    without('the vote stays', UNBAN_DEVICE, isVote),
    resolves(
      'a vote that the target cast stays',
      BAN_ADMIN,
      ({ bob, carol }, honest) => ({
        files: Object.fromEntries(
          Object.entries(honest).filter(
            ([path]) => path !== votePath('demote', 'admins', carol.uri, bob.uri),
          ),
        ),
      }),
      {
        setUp: async (scene, question, charter) => {
          const group = await voted(scene, question, charter);
          await group.bob.votes('demote', group.carol.uri);
          await sync(group.alice, group.bob, group.carol);
          return group;
        },
      },
    ),
    resolves('a second device stays', BAN_MEMBER, (_, honest) => ({ files: honest }), {
      setUp: async (scene, question, charter) => {
        const group = await voted(scene, question, charter);
        await phoneOf(group.bob, [group.alice, group.carol]);
        return group;
      },
      holes: ['H12'],
    }),
  ],
};

/** What is resolved by votes. */
export const resolutionAttempts: RuleTable = {
  'resolution/group-has-votes': resolutionGroup,
  'resolution/by-an-admin': resolutionByAdmin,
  'resolution/target-is-there': resolutionTarget,
  'resolution/only-its-files': onlyItsFiles,
  'resolution/moves-the-target': moves,
  'resolution/takes-all-along': takesAll,
};
