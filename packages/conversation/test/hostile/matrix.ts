import { layout } from '@covey/conversation';
import { stage, sync } from '@covey/testkit';
import { decide, guestOf } from '../vectors/cast.ts';
import { admins } from './cut-cast.ts';
import { forges, gathers, type Tale } from './tale.ts';

const RESET = 'security.md 3, B20: a state reset';

/** Alice names the group and leaves; bob and carol renew their papers apart. */
async function withoutAdmin(charter: { flat?: boolean; mode: number }) {
  const { alice, bob, carol } = await stage(['alice', 'bob', 'carol'], { charter });
  await alice.write({ kind: 'profile', profile: { title: 'before I go' } });
  await alice.write({ kind: 'leave' });
  await sync(alice, bob, carol);
  for (const device of [bob, carol]) {
    const paper = await device.account.issuePaper(device.writer, new Date('2026-11-10'));
    const files = { [layout.devicePath(device.deviceId)]: paper };
    await forges(device, { type: 'application/update-papers' }, { files });
  }
  return { alice, bob, carol, before: 'BEGIN:VCARD\nVERSION:2.1\nFN:long ago\nEND:VCARD' };
}

const idea = (name: string) => `matrix-state-res: ${name}`;

/** Scenarios of Matrix's state resolution, in our terms: power levels are promotions and demotions, join rules are modes. */
export const MATRIX_TALES: readonly Tale[] = [
  {
    name: 'alice bans bob while bob, an admin, demotes her alone: his demotion never was one',
    rule: 'resolve/place',
    families: [idea('ban-vs-power-levels-alice.json')],
    tell: async () => {
      const { alice, bob, carol } = await admins(['alice', 'bob', 'carol']);
      const cast = await bob.votes('demote', alice.uri);
      await decide('ban', bob.uri, [alice, carol]);
      await gathers(carol, bob);
      return {
        ...{ holder: carol, commit: cast.oid },
        expect: { banned: [bob.uri], admins: [alice, carol] },
      };
    },
  },
  {
    name: 'bob carries a promotion out while he is being banned: it has its majority without him',
    rule: 'resolve/place',
    families: [idea('ban-vs-power-levels-bob.json')],
    tell: async () => {
      const { alice, bob, carol, dave } = await admins(['alice', 'bob', 'carol'], 'dave');
      for (const voter of [alice, bob, carol]) {
        await voter.votes('promote', dave.uri);
        await sync(alice, bob, carol, dave);
      }
      const done = await bob.resolves('promote', dave.uri);
      await decide('ban', bob.uri, [alice, carol]);
      await gathers(dave, alice, bob);
      return {
        ...{ holder: dave, commit: done.oid },
        expect: { void: [], banned: [bob.uri], admins: [alice, carol, dave] },
      };
    },
  },
  {
    name: 'a group to which members invite: bob joins by invitation and by nothing else',
    rule: 'resolve/place',
    families: [idea('bootstrap-private-chat.json')],
    tell: async () => {
      const { alice } = await stage(['alice'], { charter: { mode: 1 } });
      await alice.write({ kind: 'profile', profile: { title: 'private' } });
      const bob = await guestOf(alice, 'bob');
      await alice.write({ kind: 'add', uri: bob.writer.uri });
      await bob.receive(alice);
      const join = await bob.write({ kind: 'join' });
      return {
        ...{ holder: bob, commit: join.oid },
        expect: { void: [], admins: [alice], members: [bob], title: 'private' },
      };
    },
  },
  {
    name: 'an open group: bob joins, and is promoted',
    rule: 'resolve/place',
    families: [idea('bootstrap-public-chat.json')],
    tell: async () => {
      const { alice } = await stage(['alice'], { charter: { mode: 3 } });
      const bob = await guestOf(alice, 'bob');
      const join = await bob.write({ kind: 'join' });
      await alice.receive(bob);
      await decide('promote', bob.uri, [alice]);
      return { holder: alice, commit: join.oid, expect: { void: [], admins: [alice, bob] } };
    },
  },
  {
    name: 'two profiles apart, of which the one with the earlier clock does not win by it',
    rule: 'resolve/profile',
    families: [idea('origin-server-ts-tiebreak.json')],
    holes: ['H13'],
    tell: async () => {
      const { alice, bob } = await admins(['alice', 'bob']);
      await bob.says('what shall we call it?');
      const late = await bob.write({ kind: 'profile', profile: { title: 'late' } });
      const early = await alice.write({ kind: 'profile', profile: { title: 'early' } });
      await gathers(alice, bob);
      await alice.mergeHeads();
      const title = late.oid > early.oid ? 'late' : 'early';
      const [commit] = alice.heads;
      if (!commit) throw new Error('it is merged');
      return { holder: alice, commit, expect: { void: [], title } };
    },
  },
  {
    name: 'the admin leaves, two go on apart, and their merge does not bring her back',
    rule: 'resolve/place',
    families: [idea('MSC4297-problem-A/pdus-v11.json'), RESET],
    tell: async () => {
      const { bob, carol } = await withoutAdmin({ mode: 3 });
      await carol.receive(bob);
      await carol.mergeHeads();
      const [commit] = carol.heads;
      if (!commit) throw new Error('it is merged');
      return {
        ...{ holder: carol, commit },
        expect: { void: [], admins: [], members: [bob, carol], title: 'before I go' },
      };
    },
  },
  {
    name: 'the creator of a flat group leaves, two go on apart, and nobody merges',
    rule: 'resolve/place',
    families: [idea('MSC4297-problem-A/pdus-v12.json'), RESET],
    tell: async () => {
      const { bob, carol } = await withoutAdmin({ flat: true, mode: 3 });
      const [commit] = bob.heads;
      await gathers(carol, bob);
      if (!commit) throw new Error('there is a side');
      return {
        ...{ holder: carol, commit },
        expect: { void: [], admins: [], members: [bob, carol], title: 'before I go' },
      };
    },
  },
  ...(['state-bob.json', 'state-charlie.json'] as const).map(
    (file): Tale => ({
      name: `a merge brings back what was before the admin left, as in ${file}`,
      rule: 'merge/tree-is-exact',
      families: [idea(`MSC4297-problem-A/${file}`), RESET],
      holes: ['H8'],
      tell: async () => {
        const { alice, bob, carol, before } = await withoutAdmin({ mode: 3 });
        await gathers(carol, bob);
        const [one, other] = carol.heads;
        if (!one || !other) throw new Error('there are two sides');
        const files =
          file === 'state-bob.json'
            ? { [layout.adminPath(alice.uri)]: alice.writer.chainPem }
            : { [layout.PROFILE_PATH]: before };
        const forgery = { message: `Merge commit '${other}'`, parents: [one, other], files };
        const commit = await carol.forge(forgery);
        return { holder: carol, commit, forged: [commit], expect: { members: [bob, carol] } };
      },
    }),
  ),
];
