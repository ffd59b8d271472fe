import type { JsonObject } from '@covey/codec';
import { layout } from '@covey/conversation';
import type { TestDevice } from '@covey/testkit';
import { type Attempt, attempt, type RuleTable, uriOf, VCARD, vote } from './attempt.ts';
import { type Asked, asked, decide, phoneOf, QUESTIONS, type Question, wordsOf } from './cast.ts';
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

const { adminPath, memberPath, votePath } = layout;

interface Ballot {
  readonly by?: TestDevice;
  readonly message?: JsonObject;
  readonly files?: Files;
}

/** The first admin's vote, with a lie. */
const votes = (
  name: string,
  question: Question,
  lie: (group: Asked) => Promise<Ballot> | Ballot = () => ({}),
  { charter, ...rest }: Partial<Attempt> & { charter?: Charter } = {},
): Attempt =>
  attempt(
    `${name}: ${wordsOf(question)}`,
    async (scene) => {
      const group = await asked(scene, question, charter);
      const { action, target, path, alice } = group;
      const { by = alice, message = vote(action, target), files } = await lie(group);
      return scene.commits(by, { message, files: files ?? { [path(by.uri)]: '' } });
    },
    rest,
  );

const goodVotes = QUESTIONS.map((question) => votes('a vote', question));

/** Where nothing is voted on: a vote that any other group would take. */
const voteless = (
  name: string,
  charter: Charter | 'pair',
  ballot: (group: Record<'alice' | 'bob', TestDevice>) => {
    by?: TestDevice;
    action: Question['action'];
    from: Question['from'];
    target: string;
  },
): Attempt =>
  attempt(
    name,
    async (scene) => {
      const pair = { invited: await uriOf('bob'), mode: 0 };
      const group = await scene.group(['alice', 'bob'], charter === 'pair' ? pair : charter);
      const { by = group.alice, action, from, target } = ballot(group);
      const files = { [votePath(action, from, target, by.uri)]: '' };
      return scene.commits(by, { message: vote(action, target), files });
    },
    { holes: ['H14'] },
  );

const voteGroup: RuleTable[string] = {
  truths: [
    votes('where members invite', BAN_MEMBER),
    votes('where admins invite', BAN_MEMBER, undefined, { charter: { mode: 1 } }),
    votes('in an open group', BAN_MEMBER, undefined, { charter: { mode: 3 } }),
    votes('in a group that says it is not flat', PROMOTE, undefined, {
      charter: { flat: false, mode: 2 },
    }),
  ],
  lies: [
    voteless('a ban in a one-to-one', 'pair', ({ bob }) => ({
      ...{ action: 'ban', from: 'members', target: bob.uri },
    })),
    voteless('a ban of a device in a one-to-one', 'pair', ({ bob }) => ({
      ...{ action: 'ban', from: 'devices', target: bob.deviceId },
    })),
    voteless('a promotion in a one-to-one', 'pair', ({ bob }) => ({
      ...{ action: 'promote', from: 'members', target: bob.uri },
    })),
    voteless('the creator of a flat group bans', flat2, ({ bob }) => ({
      ...{ action: 'ban', from: 'members', target: bob.uri },
    })),
    voteless('the creator of an open flat group bans a device', flat3, ({ bob }) => ({
      ...{ action: 'ban', from: 'devices', target: bob.deviceId },
    })),
    voteless('the creator of a flat group promotes', flat2, ({ bob }) => ({
      ...{ action: 'promote', from: 'members', target: bob.uri },
    })),
    voteless('a member of a flat group demotes its creator', flat2, ({ alice, bob }) => ({
      ...{ action: 'demote', by: bob, from: 'admins', target: alice.uri },
    })),
  ],
};

const andAlso = (
  name: string,
  question: Question,
  more: (group: Asked) => Promise<Files> | Files,
  rest: Partial<Attempt> = {},
) =>
  votes(
    name,
    question,
    async (group) => ({
      files: { [group.path(group.alice.uri)]: '', ...(await more(group)) },
    }),
    rest,
  );

const oneFile: RuleTable[string] = {
  truths: goodVotes,
  lies: [
    andAlso('with a vote on another', BAN_MEMBER, ({ alice, carol }) => ({
      [votePath('ban', 'members', carol.uri, alice.uri)]: '',
    })),
    andAlso('with a vote for the opposite', UNBAN_MEMBER, ({ alice, bob }) => ({
      [votePath('ban', 'members', bob.uri, alice.uri)]: '',
    })),
    andAlso("with another admin's vote", BAN_ADMIN, ({ carol, path }) => ({
      [path(carol.uri)]: '',
    })),
    votes('without a file', BAN_MEMBER, () => ({ files: {} }), { holes: ['H9'] }),
    votes('without a file', PROMOTE, () => ({ files: {} }), { holes: ['H9'] }),
    andAlso('and carried out at once', BAN_MEMBER, ({ bob }) => ({
      [memberPath(bob.uri)]: undefined,
    })),
    andAlso(
      'and carried out at once',
      PROMOTE,
      ({ bob }) => ({
        [adminPath(bob.uri)]: bob.writer.chainPem,
        [memberPath(bob.uri)]: undefined,
      }),
      { holes: ['H9'] },
    ),
    votes('for something else', BAN_MEMBER, ({ alice, bob }) => ({
      files: { [`votes/kick/members/${bob.uri}/${alice.uri}`]: '' },
    })),
    votes('in a class that there is not', BAN_MEMBER, ({ alice, bob }) => ({
      files: { [`votes/ban/guests/${bob.uri}/${alice.uri}`]: '' },
    })),
    votes('a folder deeper', BAN_MEMBER, ({ alice, bob }) => ({
      files: { [`votes/ban/members/${bob.uri}/${alice.uri}/again`]: '' },
    })),
    votes('on a device by the name of an account', BAN_DEVICE, ({ alice, bob }) => ({
      files: { [`votes/ban/devices/${bob.uri}/${alice.uri}`]: '' },
    })),
    andAlso('and a profile', DEMOTE, () => ({ [layout.PROFILE_PATH]: VCARD })),
    attempt('a vote that is cast already', async (scene) => {
      const group = await asked(scene, BAN_ADMIN);
      const { action, target, path, alice } = group;
      await alice.votes(action, target);
      const files = { [path(alice.uri)]: 'again' };
      return scene.commits(alice, { message: vote(action, target), files });
    }),
    attempt('a vote that is taken back', async (scene) => {
      const group = await asked(scene, BAN_ADMIN);
      const { action, target, path, alice } = group;
      await alice.votes(action, target);
      const files = { [path(alice.uri)]: undefined };
      return scene.commits(alice, { message: vote(action, target), files });
    }),
  ],
};

const CONTENTS = ['aye', '\n', '\0', '1', 'a'.repeat(300), '{"vote":true}', ' '];

const isEmpty: RuleTable[string] = {
  truths: goodVotes,
  lies: CONTENTS.map((content, at) => {
    const question = QUESTIONS[at % QUESTIONS.length] ?? BAN_MEMBER;
    return votes(
      `${content.length} characters, the first of code ${content.charCodeAt(0)}`,
      question,
      ({ alice, path }) => ({ files: { [path(alice.uri)]: content } }),
      content === '\0' ? { holes: ['H1'] } : {},
    );
  }),
};

const byAnAdmin: RuleTable[string] = {
  truths: goodVotes,
  lies: [
    votes('by a member', BAN_MEMBER, ({ carol }) => ({ by: carol })),
    votes('by a member', PROMOTE, ({ carol }) => ({ by: carol })),
    votes('by who is to be promoted', PROMOTE, ({ bob }) => ({ by: bob })),
    votes('by a member', UNBAN_DEVICE, ({ carol }) => ({ by: carol })),
    votes(
      "by a member in the admin's name",
      BAN_INVITED,
      ({ carol, alice, path }) => ({ by: carol, files: { [path(alice.uri)]: '' } }),
      { holes: ['H9'] },
    ),
    votes("by an admin in another's name", BAN_ADMIN, ({ carol, path }) => ({
      files: { [path(carol.uri)]: '' },
    })),
    votes("by an admin in a member's name", BAN_MEMBER, ({ carol, path }) => ({
      files: { [path(carol.uri)]: '' },
    })),
    attempt('by who was an admin', async (scene) => {
      const { alice, bob, carol, target, path } = await asked(scene, BAN_ADMIN);
      await decide('demote', carol.uri, [alice, bob], carol);
      const files = { [path(carol.uri)]: '' };
      return scene.commits(carol, { message: vote('ban', target), files });
    }),
    attempt('by the device of a member, in the name of a second account', async (scene) => {
      const { alice, carol, target, path } = await asked(scene, BAN_MEMBER);
      const phone = await phoneOf(carol, [alice]);
      const files = { [path(carol.uri)]: '' };
      return scene.commits(phone, { message: vote('ban', target), files });
    }),
  ],
};

const onOneself: RuleTable[string] = {
  truths: goodVotes,
  lies: [
    votes('on oneself', BAN_ADMIN, ({ bob }) => ({ by: bob })),
    votes('on oneself', DEMOTE, ({ bob }) => ({ by: bob })),
    votes('the creator on herself', BAN_MEMBER, ({ alice }) => ({
      message: vote('ban', alice.uri),
      files: { [votePath('ban', 'admins', alice.uri, alice.uri)]: '' },
    })),
    votes('the creator on herself', PROMOTE, ({ alice }) => ({
      message: vote('promote', alice.uri),
      files: { [votePath('promote', 'members', alice.uri, alice.uri)]: '' },
    })),
    votes("on one's own device", BAN_MEMBER, ({ alice }) => ({
      message: vote('ban', alice.deviceId),
      files: { [votePath('ban', 'devices', alice.deviceId, alice.uri)]: '' },
    })),
    attempt("an unban of one's own device", async (scene) => {
      const { alice, bob, carol } = await asked(scene, BAN_ADMIN);
      const phone = await phoneOf(bob, [alice, carol]);
      await decide('ban', phone.deviceId, [alice, carol], bob);
      const files = { [votePath('unban', 'devices', phone.deviceId, bob.uri)]: '' };
      return scene.commits(bob, { message: vote('unban', phone.deviceId), files });
    }),
  ],
};

const messageAndPath: RuleTable[string] = {
  truths: goodVotes,
  lies: [
    votes(
      'the message names another member',
      BAN_MEMBER,
      ({ carol }) => ({ message: vote('ban', carol.uri) }),
      { holes: ['H9'] },
    ),
    votes(
      'the message says the opposite',
      UNBAN_MEMBER,
      ({ target }) => ({ message: vote('ban', target) }),
      { holes: ['H9'] },
    ),
    votes('the message says promote', DEMOTE, ({ target }) => ({
      message: vote('promote', target),
    })),
    votes('the message has no action', BAN_DEVICE, ({ target }) => ({
      message: { type: 'vote', uri: target },
    })),
    votes('the message names nobody', PROMOTE, () => ({
      message: { action: 'promote', type: 'vote' },
    })),
    votes('the message has a reason', BAN_MEMBER, ({ target }) => ({
      message: { ...vote('ban', target), reason: 'spam' },
    })),
    votes("the message names the device's owner", BAN_DEVICE, ({ bob }) => ({
      message: vote('ban', bob.uri),
    })),
    votes('the message writes it in capitals', BAN_ADMIN, ({ target }) => ({
      message: vote('ban', target.toUpperCase()),
    })),
  ],
};

const elsewhere = (
  name: string,
  action: Question['action'],
  from: Question['from'],
  target: (group: Asked) => string | Promise<string>,
  question: Question = BAN_MEMBER,
  rest: Partial<Attempt> = {},
) =>
  votes(
    name,
    question,
    async (group) => {
      const id = await target(group);
      return {
        message: vote(action, id),
        files: { [votePath(action, from, id, group.alice.uri)]: '' },
      };
    },
    rest,
  );

const targetIsThere: RuleTable[string] = {
  truths: goodVotes,
  lies: [
    elsewhere('on a stranger', 'ban', 'members', () => uriOf('doris')),
    elsewhere('to lift a ban that there is not', 'unban', 'members', ({ bob }) => bob.uri),
    elsewhere('on a member as an admin', 'ban', 'admins', ({ bob }) => bob.uri),
    elsewhere('on an admin as a member', 'ban', 'members', ({ bob }) => bob.uri, BAN_ADMIN),
    elsewhere('on who is banned already', 'ban', 'members', ({ bob }) => bob.uri, UNBAN_MEMBER),
    elsewhere(
      'to promote who is only invited',
      'promote',
      'members',
      ({ target }) => target,
      BAN_INVITED,
    ),
    elsewhere(
      'to promote who is only invited, as such',
      'promote',
      'invited',
      ({ target }) => target,
      BAN_INVITED,
    ),
    elsewhere('to promote an admin', 'promote', 'members', ({ bob }) => bob.uri, DEMOTE),
    elsewhere('to demote a member', 'demote', 'admins', ({ bob }) => bob.uri),
    elsewhere('to demote a member, as such', 'demote', 'members', ({ bob }) => bob.uri),
    elsewhere('to promote a device', 'promote', 'devices', ({ target }) => target, BAN_DEVICE),
    elsewhere(
      'on a device that never wrote',
      'ban',
      'devices',
      async ({ bob }) => (await bob.account.addDevice('unseen')).deviceId,
    ),
    elsewhere(
      'to lift the ban of a device that is not banned',
      'unban',
      'devices',
      ({ target }) => target,
      BAN_DEVICE,
    ),
    elsewhere(
      'to lift a ban in the wrong class',
      'unban',
      'admins',
      ({ bob }) => bob.uri,
      UNBAN_MEMBER,
    ),
  ],
};

/** Votes. */
export const voteAttempts: RuleTable = {
  'vote/group-has-votes': voteGroup,
  'vote/one-file': oneFile,
  'vote/is-empty': isEmpty,
  'vote/by-an-admin': byAnAdmin,
  'vote/not-on-oneself': onOneself,
  'vote/message-and-path-agree': messageAndPath,
  'vote/target-is-there': targetIsThere,
};
