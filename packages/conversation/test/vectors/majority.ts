import { sync } from '@covey/testkit';
import type { Attempt, RuleTable } from './attempt.ts';
import { type Asked, asked, decide, type Question } from './cast.ts';
import {
  BAN_ADMIN,
  BAN_DEVICE,
  BAN_INVITED,
  BAN_MEMBER,
  type Charter,
  DEMOTE,
  PROMOTE,
  UNBAN_ADMIN,
  UNBAN_MEMBER,
} from './questions.ts';
import { goodResolutions, resolves } from './resolution.ts';

/** Nobody has voted but those who are told to. */
const undecided = (
  name: string,
  question: Question,
  before: (group: Asked) => Promise<unknown> = async () => undefined,
  rest: Partial<Attempt> & { charter?: Charter } = {},
) =>
  resolves(name, question, undefined, {
    ...rest,
    setUp: async (scene, asking, charter) => {
      const group = await asked(scene, asking, charter);
      await before(group);
      await sync(group.alice, group.bob, group.carol);
      return group;
    },
  });

const onlyAlice = ({ alice, action, target }: Asked) => alice.votes(action, target);

const majority: RuleTable[string] = {
  truths: goodResolutions,
  lies: [
    undecided('without a vote', BAN_MEMBER, undefined, { holes: ['H11'] }),
    undecided('without a vote', PROMOTE),
    undecided('without a vote', UNBAN_MEMBER),
    undecided('without a vote', BAN_INVITED),
    undecided('without a vote', BAN_DEVICE),
    undecided('one vote of three admins', BAN_ADMIN, onlyAlice, { holes: ['H11'] }),
    undecided('one vote of three admins', DEMOTE, onlyAlice),
    undecided('one vote of two admins', UNBAN_ADMIN, onlyAlice, { holes: ['H11'] }),
    undecided(
      'a vote on another',
      BAN_MEMBER,
      ({ alice, carol }) => alice.votes('ban', carol.uri),
      {
        holes: ['H9'],
      },
    ),
    undecided('a vote for something else', BAN_MEMBER, ({ alice, bob }) =>
      alice.votes('promote', bob.uri),
    ),
    undecided("a vote on the member's device", BAN_MEMBER, ({ alice, bob }) =>
      alice.votes('ban', bob.deviceId),
    ),
    resolves(
      'with a vote that comes with it',
      BAN_MEMBER,
      ({ alice, path }, honest) => ({
        files: { ...honest, [path(alice.uri)]: '' },
      }),
      { setUp: asked },
    ),
    undecided(
      'one of two admins against the other',
      BAN_ADMIN,
      async (group) => {
        const { alice, bob, carol } = group;
        await decide('demote', carol.uri, [alice, bob], carol);
        await alice.votes('ban', bob.uri);
      },
      { holes: ['H11'] },
    ),
    undecided('with a vote from before a demotion', DEMOTE, async (group) => {
      const { alice, bob, carol } = group;
      await carol.votes('demote', bob.uri);
      await sync(alice, bob, carol);
      await decide('demote', carol.uri, [alice, bob], carol);
      await alice.votes('demote', bob.uri);
    }),
    undecided('with a vote from before an unban', BAN_MEMBER, async (group) => {
      await decide('ban', group.bob.uri, [group.alice], group.bob, group.carol);
      await decide('unban', group.bob.uri, [group.alice], group.bob, group.carol);
    }),
  ],
};

/** Who has to have voted. */
export const majorityAttempts: RuleTable = { 'resolution/majority': majority };
