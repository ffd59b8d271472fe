import { layout, writeVcard } from '@covey/conversation';
import { sync, type TestDevice } from '@covey/testkit';
import { judged, type RuleCases, type SetUp, text } from './rule-case.ts';

const { PROFILE_PATH, memberPath } = layout;
const UPDATE = { type: 'application/update-profile' };
const VCARD = writeVcard({ title: 'Friends' });

/** Two heads, which alice has both of. */
async function withTwoHeads(set: SetUp) {
  const { alice, bob, carol } = await set(['alice', 'bob', 'carol']);
  await alice.says('one');
  await bob.says('two');
  await carol.says('three');
  await alice.receive(bob);
  const [one = '', other = ''] = alice.heads;
  return { alice, bob, carol, message: `Merge commit '${other}'`, one, other };
}

const parentOf = (device: TestDevice, oid: string) =>
  device.history.entry(oid)?.parents.map((parent) => parent.oid) ?? [];

export const profileCases: RuleCases = {
  'profile/only-the-profile': {
    commit: async (set, lie) => {
      const { alice, bob } = await set(['alice', 'bob']);
      const more = lie ? { [memberPath(bob.uri)]: undefined } : {};
      return judged(alice, { message: UPDATE, files: { [PROFILE_PATH]: VCARD, ...more } });
    },
  },
  'profile/by-whom': {
    commit: async (set, lie) => {
      const { bob } = await set(
        ['alice', 'bob'],
        lie ? { mode: 2 } : { mode: 2, profile: 'member' },
      );
      return judged(bob, { message: UPDATE, files: { [PROFILE_PATH]: VCARD } });
    },
  },
  'profile/size': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const vcard = writeVcard({ avatar: 'A'.repeat(lie ? 256 * 1024 : 250 * 1024) });
      return judged(alice, { message: UPDATE, files: { [PROFILE_PATH]: vcard } });
    },
  },
  'profile/well-formed': {
    commit: async (set, lie) => {
      const { alice } = await set(['alice']);
      const raw = 'BEGIN:VCARD\nVERSION:2.1\nFN:two\nlines\nEND:VCARD';
      return judged(alice, { message: UPDATE, files: { [PROFILE_PATH]: lie ? raw : VCARD } });
    },
  },
};

export const mergeCases: RuleCases = {
  'merge/two-parents': {
    strict: 'every-commit/form',
    commit: async (set, lie) => {
      const { alice, carol, message } = await withTwoHeads(set);
      if (lie) await alice.receive(carol);
      return judged(alice, { message: lie ? `Merge commit '${alice.heads[1]}'` : message });
    },
  },
  'merge/apart': {
    commit: async (set, lie) => {
      const { alice, bob, message } = await withTwoHeads(set);
      if (!lie) return judged(alice, { message });
      await sync(alice, bob);
      await alice.says('merged by now');
      const [head] = alice.history.heads;
      const [before] = head ? parentOf(alice, head.oid) : [];
      if (!head || !before) throw new Error('a text has a parent');
      return judged(alice, { message: `Merge commit '${before}'`, parents: [head.oid, before] });
    },
  },
  'merge/message': {
    commit: async (set, lie) => {
      const { alice, message } = await withTwoHeads(set);
      return judged(alice, { message: lie ? text('by the way') : message });
    },
  },
  'merge/tree-is-exact': {
    commit: async (set, lie) => {
      const { alice, bob, message } = await withTwoHeads(set);
      const files = { [layout.adminPath(bob.uri)]: bob.writer.chainPem };
      return judged(alice, { message, files: lie ? files : {} });
    },
  },
};
