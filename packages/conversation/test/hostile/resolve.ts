import { layout } from '@covey/conversation';
import { deviceLike, stage, sync } from '@covey/testkit';
import { member, text, uriOf } from '../vectors/attempt.ts';
import { decide, guestOf } from '../vectors/cast.ts';
import { BAN_AGAINST, CONFLICT, EXPIRED, LEAVE, LOCAL, PARTITION, REPLAY } from './families.ts';
import { devices, papers, profiles, votes } from './resolve-devices.ts';
import { forges, gathers, type Tale } from './tale.ts';

const places: readonly Tale[] = [
  {
    name: 'a ban beside a leave',
    rule: 'resolve/place',
    families: [LEAVE],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      await decide('ban', bob.uri, [alice]);
      const left = await bob.write({ kind: 'leave' });
      await gathers(carol, alice, bob);
      return {
        ...{ holder: carol, commit: left.oid },
        expect: { void: [], banned: [bob.uri], members: [carol] },
      };
    },
  },
  {
    name: 'a leave on old parents does not unsay a promotion that its author voted for',
    rule: 'resolve/place',
    families: [LEAVE, 'authority-counterexamples.md 23: a leave as a weapon'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const old = await deviceLike(alice, {});
      await decide('promote', bob.uri, [alice], carol);
      await decide('promote', carol.uri, [alice, bob], carol);
      const left = await old.write({ kind: 'leave' });
      await gathers(carol, alice, old);
      return {
        ...{ holder: carol, commit: left.oid },
        expect: { void: [], admins: [bob, carol], members: [] },
      };
    },
  },
  {
    name: 'a ban beside a promotion, by the same admin on two devices',
    rule: 'resolve/place',
    families: [BAN_AGAINST],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const twin = await deviceLike(alice, {});
      await decide('ban', bob.uri, [alice]);
      await twin.votes('promote', bob.uri);
      await twin.says('he deserves it');
      await twin.resolves('promote', bob.uri);
      const [commit] = twin.heads;
      await gathers(carol, alice, twin);
      if (!commit) throw new Error('it is resolved');
      return { holder: carol, commit, expect: { void: [], banned: [bob.uri], admins: [alice] } };
    },
  },
  {
    name: 'a second ban beside the unban, which did not see it',
    rule: 'resolve/place',
    families: [BAN_AGAINST, 'authority-counterexamples.md 21: unban beside a second ban'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const twin = await deviceLike(alice, {});
      await decide('ban', bob.uri, [alice]);
      await decide('ban', bob.uri, [twin]);
      await decide('unban', bob.uri, [alice]);
      const [commit] = alice.heads;
      await gathers(carol, alice, twin);
      if (!commit) throw new Error('it is resolved');
      return { holder: carol, commit, expect: { void: [], banned: [bob.uri], members: [carol] } };
    },
  },
  {
    name: 'two bans apart, each lifted by an unban that saw only its own: one is back',
    rule: 'resolve/place',
    families: [BAN_AGAINST],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      await carol.says('hello');
      await sync(alice, bob, carol);
      const twin = await deviceLike(alice, {});
      for (const device of [alice, twin]) {
        await decide('ban', bob.uri, [device]);
        await decide('unban', bob.uri, [device]);
      }
      await alice.says('done');
      await gathers(alice, twin);
      await alice.mergeHeads();
      const [commit] = alice.heads;
      if (!commit) throw new Error('it is merged');
      await gathers(carol, alice);
      return { holder: carol, commit, expect: { void: [], banned: [], members: [bob, carol] } };
    },
  },
  {
    name: 'two invitations of one account apart',
    rule: 'resolve/place',
    families: [CONFLICT],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const uri = await uriOf('doris');
      await bob.write({ kind: 'add', uri });
      const other = await carol.write({ kind: 'add', uri });
      await gathers(alice, bob, carol);
      return { holder: alice, commit: other.oid, expect: { void: [], invited: [uri] } };
    },
  },
  {
    name: 'an invitation beside a ban of the invited',
    rule: 'resolve/place',
    families: [BAN_AGAINST],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const uri = await uriOf('doris');
      await alice.write({ kind: 'add', uri });
      await bob.says('I know somebody');
      const late = await bob.write({ kind: 'add', uri });
      await decide('ban', uri, [alice]);
      await gathers(alice, bob);
      return { holder: alice, commit: late.oid, expect: { void: [], banned: [uri], invited: [] } };
    },
  },
  {
    name: 'three parts of a group, each with an invitation, healed one by one',
    rule: 'resolve/place',
    families: [PARTITION, LOCAL],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      await alice.write({ kind: 'add', uri: await uriOf('doris') });
      await bob.write({ kind: 'add', uri: await uriOf('erin') });
      await carol.write({ kind: 'add', uri: await uriOf('frank') });
      await bob.receive(carol);
      await bob.mergeHeads();
      await alice.receive(bob);
      await alice.mergeHeads();
      const [commit] = alice.heads;
      if (!commit) throw new Error('it is merged');
      const invited = await Promise.all(['doris', 'erin', 'frank'].map(uriOf));
      return { holder: alice, commit, expect: { void: [], invited, members: [bob, carol] } };
    },
  },
  {
    name: 'three parts of a group, each with its own ban or join, never merged',
    rule: 'resolve/place',
    families: [PARTITION],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const uri = await uriOf('doris');
      await alice.write({ kind: 'add', uri });
      await sync(alice, bob, carol);
      const doris = await guestOf(bob);
      const joined = await doris.write({ kind: 'join' });
      await carol.says('nobody hears me');
      await decide('ban', bob.uri, [alice]);
      await gathers(alice, carol, doris);
      return {
        ...{ holder: alice, commit: joined.oid },
        expect: { void: [], banned: [bob.uri], members: [carol, doris] },
      };
    },
  },
  {
    name: 'an old head, shown once more beside the new one, changes nothing',
    rule: 'resolve/place',
    families: [REPLAY],
    holes: ['H7', 'H16'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      await alice.says('hello');
      const [old] = alice.heads;
      await decide('ban', bob.uri, [alice]);
      if (!old) throw new Error('there was a head');
      return {
        ...{ holder: alice, commit: old, heads: [old, ...alice.heads] },
        expect: { void: [], banned: [bob.uri], members: [] },
      };
    },
  },
  {
    name: 'a side branch with clocks far behind those of the base is judged like any other',
    rule: 'resolve/place',
    families: [LOCAL, EXPIRED],
    holes: ['H7'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const uri = await uriOf('doris');
      const commit = await forges(bob, text('long ago'), { author: { time: 1 } });
      await forges(bob, member('add', uri), {
        ...{ author: { time: 2 }, files: { [layout.invitedPath(uri)]: '' } },
      });
      await alice.says('now');
      await gathers(carol, alice, bob);
      await carol.mergeHeads();
      return { holder: carol, commit, expect: { void: [], invited: [uri] } };
    },
  },
];

/** What is valid, and what it comes to. */
export const RESOLVE_TALES: readonly Tale[] = [
  ...places,
  ...devices,
  ...votes,
  ...papers,
  ...profiles,
];
