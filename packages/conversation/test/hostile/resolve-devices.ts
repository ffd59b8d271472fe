import { layout } from '@covey/conversation';
import { deviceLike, stage, sync } from '@covey/testkit';
import { text } from '../vectors/attempt.ts';
import { decide, guestOf, phoneOf } from '../vectors/cast.ts';
import { admins } from './cut-cast.ts';
import {
  BAN_AGAINST,
  CONFLICT,
  EXPIRED,
  LEAVE,
  LOCAL,
  PARTITION,
  TAKEN_UP,
  VOTES,
} from './families.ts';
import { forges, gathers, type Tale } from './tale.ts';

/** Which devices are there. */
export const devices: readonly Tale[] = [
  {
    name: 'a text beside the list that revokes its device, which another member has answered',
    rule: 'resolve/device',
    families: [TAKEN_UP, 'authority-counterexamples.md 5: a revocation as a weapon'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const phone = await phoneOf(bob, [alice, carol]);
      const said = await phone.says('apart');
      await carol.receive(phone);
      await carol.says('indeed');
      await bob.revokes(phone.writer);
      await gathers(alice, bob, carol);
      return { holder: alice, commit: said.oid, expect: { void: [], members: [bob, carol] } };
    },
  },
  {
    name: 'a member revokes, from old parents, the device that invited others: they stay',
    rule: 'resolve/device',
    families: ['authority-counterexamples.md 5: a revocation as a weapon'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const phone = await phoneOf(bob, [alice]);
      const doris = await guestOf(phone);
      const add = await phone.write({ kind: 'add', uri: doris.writer.uri });
      await doris.receive(phone);
      await doris.write({ kind: 'join' });
      await alice.receive(doris);
      await alice.says('welcome');
      await bob.revokes(phone.writer);
      await gathers(alice, bob);
      return { holder: alice, commit: add.oid, expect: { void: [], members: [bob, doris] } };
    },
  },
  {
    name: 'a certificate beside the ban of its device',
    rule: 'resolve/device',
    families: [BAN_AGAINST],
    holes: ['H12'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const phone = await phoneOf(bob, [alice, carol]);
      await decide('ban', phone.deviceId, [alice]);
      const paper = await bob.account.issuePaper(phone.writer, new Date('2026-11-10'));
      const files = { [layout.devicePath(phone.deviceId)]: paper };
      const commit = await forges(phone, { type: 'application/update-papers' }, { files });
      await gathers(carol, alice, phone);
      return {
        ...{ holder: carol, commit },
        expect: { void: [commit], bannedDevices: [phone.deviceId], members: [bob, carol] },
      };
    },
  },
  {
    name: 'two lists of one account apart, each of which revokes another device',
    rule: 'resolve/device',
    families: [CONFLICT, 'security.md 3, C6: a list is rolled back'],
    holes: ['H13'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const phone = await phoneOf(bob, [alice]);
      const tablet = await phoneOf(bob, [alice], 'tablet');
      const twin = await deviceLike(bob, {});
      await bob.write({ kind: 'revoke', crl: await bob.account.revoke(5n, [phone.writer]) });
      const low = await twin.write({
        ...{ kind: 'revoke', crl: await bob.account.revoke(2n, [tablet.writer]) },
      });
      await gathers(alice, bob, twin);
      return { holder: alice, commit: low.oid, expect: { void: [], members: [bob] } };
    },
  },
  {
    name: 'a member who leaves while a device of his writes on',
    rule: 'resolve/device',
    families: [LEAVE],
    holes: ['H12'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const phone = await phoneOf(bob, [alice]);
      await bob.write({ kind: 'leave' });
      await phone.says('we are still here');
      const said = await phone.says('or are we');
      await gathers(alice, bob, phone);
      return { holder: alice, commit: said.oid, expect: { void: [], members: [] } };
    },
  },
];

/** Which votes are there. */
export const votes: readonly Tale[] = [
  {
    name: 'a vote beside its target leaving and being invited again counts for nothing',
    rule: 'resolve/vote',
    families: [VOTES, 'authority-counterexamples.md 11: old votes rise again'],
    holes: ['H9'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const cast = await alice.votes('ban', bob.uri);
      await bob.write({ kind: 'leave' });
      await carol.receive(bob);
      await carol.write({ kind: 'add', uri: bob.writer.uri });
      await bob.receive(carol);
      await bob.write({ kind: 'join' });
      await gathers(carol, alice, bob);
      return { holder: carol, commit: cast.oid, expect: { void: [], members: [bob, carol] } };
    },
  },
  {
    name: 'one admin votes on two devices apart: it counts once',
    rule: 'resolve/vote',
    families: [VOTES],
    holes: ['H11'],
    tell: async () => {
      const { alice, bob, carol } = await admins(['alice', 'bob', 'carol']);
      const phone = await phoneOf(alice, [bob, carol]);
      await alice.votes('demote', bob.uri);
      const again = await phone.votes('demote', bob.uri);
      await gathers(carol, alice, phone);
      return {
        ...{ holder: carol, commit: again.oid },
        expect: { void: [], admins: [alice, bob, carol] },
      };
    },
  },
  {
    name: 'a vote by who was demoted apart from it',
    rule: 'resolve/vote',
    families: [VOTES],
    tell: async () => {
      const { alice, bob, carol, dave } = await admins(['alice', 'bob', 'carol'], 'dave');
      await bob.says('I shall vote');
      const cast = await bob.votes('ban', dave.uri);
      await decide('demote', bob.uri, [alice, carol]);
      await gathers(dave, alice, bob);
      return {
        ...{ holder: dave, commit: cast.oid },
        expect: { void: [], members: [bob, dave], admins: [alice, carol] },
      };
    },
  },
  {
    name: 'a vote on a device beside a new list that revokes it',
    rule: 'resolve/vote',
    families: [VOTES],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const phone = await phoneOf(bob, [alice, carol]);
      const cast = await alice.votes('ban', phone.deviceId);
      await bob.revokes(phone.writer);
      await gathers(carol, alice, bob);
      return { holder: carol, commit: cast.oid, expect: { void: [], members: [bob, carol] } };
    },
  },
  {
    name: 'votes gathered in two parts of a group decide after the merge',
    rule: 'resolve/vote',
    families: [VOTES, PARTITION],
    tell: async () => {
      const { alice, bob, carol, dave } = await admins(['alice', 'bob', 'carol'], 'dave');
      await alice.votes('promote', dave.uri);
      await bob.says('me too');
      const other = await bob.votes('promote', dave.uri);
      await gathers(carol, alice, bob);
      await carol.resolves('promote', dave.uri);
      return {
        ...{ holder: carol, commit: other.oid },
        expect: { void: [], admins: [alice, bob, carol, dave] },
      };
    },
  },
];

/** Which certificates hold. */
export const papers: readonly Tale[] = [
  {
    name: 'two chains of one account renewed apart: the later end holds',
    rule: 'resolve/papers',
    families: [CONFLICT],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const phone = await phoneOf(bob, [alice]);
      const message = { type: 'application/update-papers' };
      const path = layout.memberPath(bob.uri);
      await forges(bob, message, {
        files: { [path]: await bob.account.renewChain(new Date('2026-11-12')) },
      });
      const commit = await forges(phone, message, {
        files: { [path]: await bob.account.renewChain(new Date('2026-11-11')) },
      });
      await gathers(alice, bob, phone);
      return { holder: alice, commit, expect: { void: [], members: [bob] } };
    },
  },
  {
    name: 'a certificate that has run out, on new parents: dates are a matter of who receives',
    rule: 'resolve/papers',
    families: [EXPIRED],
    holes: ['H13'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const phone = await deviceLike(bob, { label: 'phone' });
      const paper = await bob.account.issuePaper(phone.writer, new Date('1990-01-01'));
      const files = { [layout.devicePath(phone.deviceId)]: paper };
      const commit = await forges(phone, text('from the past'), { files });
      await gathers(alice, phone);
      return { holder: alice, commit, expect: { void: [], members: [bob] } };
    },
  },
  {
    name: 'a certificate that has run out, on old parents',
    rule: 'resolve/papers',
    families: [EXPIRED],
    holes: ['H13'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      const phone = await deviceLike(bob, { label: 'phone' });
      await carol.says('hello');
      await sync(alice, bob, carol, phone);
      await alice.says('meanwhile');
      const paper = await bob.account.issuePaper(phone.writer, new Date('1990-01-01'));
      const files = { [layout.devicePath(phone.deviceId)]: paper };
      const commit = await forges(phone, text('from the past'), { author: { time: 0 }, files });
      await gathers(carol, alice, phone);
      return { holder: carol, commit, expect: { void: [], members: [bob, carol] } };
    },
  },
];

/** Which profile holds. */
export const profiles: readonly Tale[] = [
  {
    name: 'two profiles apart: the higher id holds',
    rule: 'resolve/profile',
    families: [CONFLICT],
    tell: async () => {
      const { alice, bob } = await admins(['alice', 'bob']);
      const one = await alice.write({ kind: 'profile', profile: { title: 'ours' } });
      const other = await bob.write({ kind: 'profile', profile: { title: 'mine' } });
      await gathers(alice, bob);
      const title = one.oid > other.oid ? 'ours' : 'mine';
      return {
        holder: alice,
        commit: other.oid,
        expect: { void: [], title, admins: [alice, bob] },
      };
    },
  },
  {
    name: 'two profiles apart, and a third that has seen one of them',
    rule: 'resolve/profile',
    families: [CONFLICT, LOCAL],
    tell: async () => {
      const { alice, bob } = await admins(['alice', 'bob']);
      await bob.says('what shall we call it?');
      const one = await bob.write({ kind: 'profile', profile: { title: 'mine' } });
      await alice.write({ kind: 'profile', profile: { title: 'ours' } });
      await alice.says('or rather');
      const last = await alice.write({ kind: 'profile', profile: { title: 'ours again' } });
      await gathers(alice, bob);
      const title = last.oid > one.oid ? 'ours again' : 'mine';
      return { holder: alice, commit: last.oid, expect: { void: [], title } };
    },
  },
];
