import { layout } from '@covey/conversation';
import { deviceLike, sync } from '@covey/testkit';
import { judged, member, type RuleCases, type SetUp, uriOf, vote } from './rule-case.ts';

const { bannedPath, devicePath, memberPath, votePath } = layout;

/** A group in which the admin has voted to ban bob, and what carrying that out changes. */
async function withVote(set: SetUp) {
  const { alice, bob, carol } = await set(['alice', 'bob', 'carol']);
  await alice.votes('ban', bob.uri);
  await sync(alice, bob, carol);
  const files = {
    [memberPath(bob.uri)]: undefined,
    [devicePath(bob.deviceId)]: undefined,
    [bannedPath('members', bob.uri)]: bob.writer.chainPem,
    [votePath('ban', 'members', bob.uri, alice.uri)]: undefined,
  };
  return { alice, bob, carol, files };
}

/** A one-to-one that both are in, or a group of the same two. */
async function ofTwo(set: SetUp, oneToOne: boolean) {
  const invited = await uriOf('bob');
  return set(['alice', 'bob'], oneToOne ? { mode: 0, invited } : { mode: 2 });
}

export const authorityCases: RuleCases = {
  'vote/group-has-votes': {
    commit: async (set, lie) => {
      const { alice, bob } = await ofTwo(set, lie);
      const files = { [votePath('ban', 'members', bob.uri, alice.uri)]: '' };
      return judged(alice, { message: vote('ban', bob.uri), files });
    },
  },
  'vote/one-file': {
    jami: 'refuse',
    commit: async (set, lie) => {
      const { alice, bob, carol } = await set(['alice', 'bob', 'carol']);
      const more = lie ? { [votePath('ban', 'members', carol.uri, alice.uri)]: '' } : {};
      const files = { [votePath('ban', 'members', bob.uri, alice.uri)]: '', ...more };
      return judged(alice, { message: vote('ban', bob.uri), files });
    },
  },
  'vote/is-empty': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const path = votePath('ban', 'members', bob.uri, alice.uri);
      return judged(alice, { message: vote('ban', bob.uri), files: { [path]: lie ? 'aye' : '' } });
    },
  },
  'vote/by-an-admin': {
    commit: async (set, lie) => {
      const { alice, bob, carol } = await set(['alice', 'bob', 'carol']);
      const voter = lie ? carol : alice;
      const files = { [votePath('ban', 'members', bob.uri, voter.uri)]: '' };
      return judged(voter, { message: vote('ban', bob.uri), files });
    },
  },
  'vote/not-on-oneself': {
    jami: 'refuse',
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const [from, target] = lie
        ? (['admins', alice.uri] as const)
        : (['members', bob.uri] as const);
      const files = { [votePath('ban', from, target, alice.uri)]: '' };
      return judged(alice, { message: vote('ban', target), files });
    },
  },
  'vote/message-and-path-agree': {
    commit: async (set, lie) => {
      const { alice, bob, carol } = await set(['alice', 'bob', 'carol']);
      const files = { [votePath('ban', 'members', bob.uri, alice.uri)]: '' };
      return judged(alice, { message: vote('ban', lie ? carol.uri : bob.uri), files });
    },
  },
  'vote/target-is-there': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const target = lie ? await uriOf('doris') : bob.uri;
      const files = { [votePath('ban', 'members', target, alice.uri)]: '' };
      return judged(alice, { message: vote('ban', target), files });
    },
  },
  'resolution/group-has-votes': {
    commit: async (set, lie) => {
      const { alice, bob } = await ofTwo(set, lie);
      const path = votePath('ban', 'members', bob.uri, alice.uri);
      // In strict the vote is refused already, and the resolution is judged without it.
      const cast = await alice.forge({ message: vote('ban', bob.uri), files: { [path]: '' } });
      await alice.adopts(cast);
      const files = {
        [memberPath(bob.uri)]: undefined,
        [devicePath(bob.deviceId)]: undefined,
        [bannedPath('members', bob.uri)]: bob.writer.chainPem,
        [path]: undefined,
      };
      return judged(alice, { message: member('ban', bob.uri), files });
    },
  },
  'resolution/by-an-admin': {
    commit: async (set, lie) => {
      const { alice, bob, carol, files } = await withVote(set);
      return judged(lie ? carol : alice, { message: member('ban', bob.uri), files });
    },
  },
  'resolution/target-is-there': {
    commit: async (set, lie) => {
      const { alice, bob, files } = await withVote(set);
      const target = lie ? await uriOf('doris') : bob.uri;
      return judged(alice, { message: member('ban', target), files: lie ? {} : files });
    },
  },
  'resolution/majority': {
    jami: 'refuse',
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      if (!lie) await alice.votes('ban', bob.uri);
      const files = {
        [memberPath(bob.uri)]: undefined,
        [devicePath(bob.deviceId)]: undefined,
        [bannedPath('members', bob.uri)]: bob.writer.chainPem,
        [votePath('ban', 'members', bob.uri, alice.uri)]: undefined,
      };
      return judged(alice, { message: member('ban', bob.uri), files });
    },
  },
  'resolution/only-its-files': {
    commit: async (set, lie) => {
      const { alice, bob, carol, files } = await withVote(set);
      const more = lie ? { [memberPath(carol.uri)]: undefined } : {};
      return judged(alice, { message: member('ban', bob.uri), files: { ...files, ...more } });
    },
  },
  'resolution/moves-the-target': {
    commit: async (set, lie) => {
      const { alice, bob, files } = await withVote(set);
      return judged(alice, { message: member('ban', bob.uri), files: lie ? {} : files });
    },
  },
  'resolution/takes-all-along': {
    commit: async (set, lie) => {
      const { alice, bob, files } = await withVote(set);
      const phone = await deviceLike(bob, { label: 'phone' });
      await phone.says('from my phone');
      await sync(alice, phone);
      const more = lie ? {} : { [devicePath(phone.deviceId)]: undefined };
      return judged(alice, { message: member('ban', bob.uri), files: { ...files, ...more } });
    },
  },
};
