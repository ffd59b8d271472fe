import { layout } from '@covey/conversation';
import { deviceLike, stage, sync } from '@covey/testkit';
import { text, uriOf } from '../vectors/attempt.ts';
import { decide, guestOf, phoneOf } from '../vectors/cast.ts';
import { admins, besideTheBan, oidsOf, trio } from './cut-cast.ts';
import { FORK, INVITE, ONLY_LINK, UNDER_VOID, VOID_MERGE } from './families.ts';
import { beside, recount } from './recount.ts';
import { revoked } from './revoked.ts';
import { forges, gathers, type Tale, type Told } from './tale.ts';

const cut: readonly Tale[] = [
  {
    name: 'a text beside the ban of its author',
    rule: 'the-cut/cut',
    families: [FORK],
    tell: () => besideTheBan(async ({ bob }) => oidsOf(await bob.says('apart'))),
  },
  {
    name: 'texts of the banned on texts of the banned',
    rule: 'the-cut/cut',
    families: [FORK],
    tell: () =>
      besideTheBan(async ({ bob }) => {
        const first = await bob.says('apart');
        return oidsOf(await bob.says('and on'), first);
      }),
  },
  {
    name: 'a text of the banned on a merge of his own',
    rule: 'the-cut/cut',
    families: [FORK, VOID_MERGE],
    tell: () =>
      besideTheBan(async ({ bob, carol }) => {
        const apart = await bob.says('apart');
        await carol.says('hello');
        await bob.receive(carol);
        return oidsOf(await bob.says('on the merge'), apart);
      }),
  },
  {
    name: 'an invitation beside the ban of its author',
    rule: 'the-cut/cut',
    families: [FORK, INVITE],
    tell: () =>
      besideTheBan(async ({ bob }) =>
        oidsOf(await bob.write({ kind: 'add', uri: await uriOf('doris') })),
      ),
  },
  {
    name: 'an invitation beside the ban, on a text that is void too',
    rule: 'the-cut/cut',
    families: [FORK],
    tell: () =>
      besideTheBan(async ({ bob }) => {
        const said = await bob.says('apart');
        return oidsOf(await bob.write({ kind: 'add', uri: await uriOf('doris') }), said);
      }),
  },
  {
    name: 'a profile beside the ban of its author',
    rule: 'the-cut/cut',
    families: [FORK],
    tell: () =>
      besideTheBan(
        async ({ bob }) => oidsOf(await bob.write({ kind: 'profile', profile: { title: 'Mine' } })),
        { mode: 2, profile: 'member' },
      ),
  },
  {
    name: 'a certificate renewed beside the ban',
    rule: 'the-cut/cut',
    families: [FORK, 'security.md 5.3 family 5: a ban against a renewed certificate'],
    tell: () =>
      besideTheBan(async ({ bob }) => {
        const paper = await bob.account.issuePaper(bob.writer, new Date('2026-11-10'));
        const files = { [layout.devicePath(bob.deviceId)]: paper };
        return [await forges(bob, { type: 'application/update-papers' }, { files })];
      }),
  },
  {
    name: 'a text with a clock that says it was written long before the ban',
    rule: 'the-cut/cut',
    families: [FORK, 'security.md 5.3 family 7: clocks that lie'],
    holes: ['H13'],
    tell: () =>
      besideTheBan(
        async ({ bob }) => {
          const paper = await bob.account.issuePaper(bob.writer, new Date('2026-11-10'));
          const files = { [layout.devicePath(bob.deviceId)]: paper };
          const renewal = await forges(bob, { type: 'application/update-papers' }, { files });
          const late = await forges(bob, text('last year'), { author: { time: 1_700_000_000 } });
          return [late, renewal];
        },
        { mode: 3 },
      ),
  },
  {
    name: 'a join beside the ban of the invited',
    rule: 'the-cut/cut',
    families: ['security.md 5.3 family 5: a ban against a join'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const uri = await uriOf('doris');
      await alice.write({ kind: 'add', uri });
      await sync(alice, bob);
      const doris = await guestOf(alice);
      const join = await doris.write({ kind: 'join' });
      await alice.votes('ban', uri);
      await alice.resolves('ban', uri);
      await gathers(bob, alice, doris);
      return {
        ...{ holder: bob, commit: join.oid },
        expect: { step: 'cut', void: [join.oid], banned: [uri], members: [bob] },
      };
    },
  },
  {
    name: 'a text of a device beside the ban of the device',
    rule: 'the-cut/cut',
    families: [FORK],
    holes: ['H12'],
    tell: async () => {
      const { alice, bob, carol } = await trio({ mode: 1 });
      const phone = await phoneOf(bob, [alice, carol]);
      await carol.says('hello');
      await sync(alice, bob, carol, phone);
      const apart = await phone.says('apart');
      await decide('ban', phone.deviceId, [alice]);
      await bob.says('I go on');
      await gathers(carol, alice, bob, phone);
      return {
        ...{ holder: carol, commit: apart.oid },
        expect: {
          ...{ step: 'cut', void: [apart.oid], bannedDevices: [phone.deviceId] },
          members: [bob, carol],
        },
      };
    },
  },
  {
    name: 'what was apart from the ban stays void after the unban',
    rule: 'the-cut/cut',
    families: [FORK, 'security.md 5.3 family 5: a ban against an unban'],
    tell: async () => {
      const { alice, bob, carol } = await trio();
      await carol.says('hello');
      await alice.says('good morning');
      await carol.receive(alice);
      await carol.mergeHeads();
      await bob.receive(carol);
      const apart = await bob.says('apart');
      await decide('ban', bob.uri, [alice]);
      await decide('unban', bob.uri, [alice]);
      await gathers(bob, alice, carol);
      await bob.says('back again');
      return {
        ...{ holder: bob, commit: apart.oid },
        expect: { step: 'cut', void: [apart.oid], banned: [], members: [bob, carol] },
      };
    },
  },
];

const rests: readonly Tale[] = [
  {
    name: 'a join on an invitation that is void',
    rule: 'the-cut/rests',
    families: [INVITE],
    tell: () =>
      besideTheBan(async ({ bob }) => {
        const doris = await guestOf(bob);
        const add = await bob.write({ kind: 'add', uri: doris.writer.uri });
        await doris.receive(bob);
        const join = await doris.write({ kind: 'join' });
        await bob.receive(doris);
        return oidsOf(join, add);
      }).then(resting),
  },
  {
    name: 'a text of who joined on an invitation that is void, with an answer to it',
    rule: 'the-cut/rests',
    families: [INVITE],
    tell: () =>
      besideTheBan(async ({ bob, carol }) => {
        const doris = await guestOf(bob);
        const add = await bob.write({ kind: 'add', uri: doris.writer.uri });
        await doris.receive(bob);
        const join = await doris.write({ kind: 'join' });
        const said = await doris.says('hello');
        await carol.receive(doris);
        await carol.says('welcome');
        await bob.receive(doris);
        return oidsOf(said, join, add);
      }).then(resting),
  },
  {
    name: 'an invitation by who joined on an invitation that is void',
    rule: 'the-cut/rests',
    families: [INVITE],
    tell: () =>
      besideTheBan(async ({ bob }) => {
        const doris = await guestOf(bob);
        const add = await bob.write({ kind: 'add', uri: doris.writer.uri });
        await doris.receive(bob);
        const join = await doris.write({ kind: 'join' });
        const next = await doris.write({ kind: 'add', uri: await uriOf('erin') });
        await bob.receive(doris);
        return oidsOf(next, join, add);
      }).then(resting),
  },
  {
    name: 'a profile by who joined on an invitation that is void',
    rule: 'the-cut/rests',
    families: [INVITE],
    tell: () =>
      besideTheBan(
        async ({ bob }) => {
          const doris = await guestOf(bob);
          const add = await bob.write({ kind: 'add', uri: doris.writer.uri });
          await doris.receive(bob);
          const join = await doris.write({ kind: 'join' });
          const next = await doris.write({ kind: 'profile', profile: { title: 'Ours' } });
          await bob.receive(doris);
          return oidsOf(next, join, add);
        },
        { mode: 2, profile: 'member' },
      ).then(resting),
  },
  {
    name: 'a vote by an admin whose promotion is void',
    rule: 'the-cut/rests',
    families: [UNDER_VOID],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol'], 'dave', 'erin');
      const { alice, bob, carol, dave, erin } = group;
      const twin = await deviceLike(bob, {});
      await decide('ban', alice.uri, [bob, carol]);
      await decide('promote', dave.uri, [alice, twin]);
      const [promoted] = alice.heads;
      await dave.receive(alice);
      const cast = await dave.votes('ban', erin.uri);
      await gathers(carol, dave);
      if (!promoted) throw new Error('it is resolved');
      return {
        ...{ holder: carol, commit: cast.oid },
        expect: {
          ...{ step: 'rests', void: [promoted, cast.oid], banned: [alice.uri] },
          ...{ members: [dave, erin], admins: [bob, carol] },
        },
      };
    },
  },
];

function resting(told: Told): Told {
  return { ...told, expect: { ...told.expect, step: 'rests' } };
}

const link: readonly Tale[] = [
  {
    name: 'the merge of the banned is the only link between two halves: what honest people said stays',
    rule: 'resolve/place',
    families: [ONLY_LINK],
    holes: ['H17'],
    tell: async () => {
      const { alice, bob, carol } = await trio();
      await carol.says('from here');
      await bob.receive(carol);
      await alice.says('from there');
      const there = alice.heads;
      await bob.receive(alice);
      await bob.mergeHeads();
      const [merged] = bob.heads;
      await carol.receive(bob);
      await carol.says('glad to hear from you');
      await decide('ban', bob.uri, [alice]);
      await gathers(carol, alice);
      if (!merged || there.length === 0) throw new Error('they are merged');
      return {
        ...{ holder: carol, commit: merged },
        expect: { void: [], banned: [bob.uri], members: [carol], admins: [alice] },
      };
    },
  },
];

/** What the cut makes of what was written apart from removals. */
export const CUT_TALES: readonly Tale[] = [
  ...cut,
  ...rests,
  ...revoked,
  ...beside,
  ...recount,
  ...link,
];
