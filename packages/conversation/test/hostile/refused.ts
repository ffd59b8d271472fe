import { layout } from '@covey/conversation';
import { stage } from '@covey/testkit';
import { member, text, uriOf } from '../vectors/attempt.ts';
import { decide, guestOf, phoneOf } from '../vectors/cast.ts';
import { admins } from './cut-cast.ts';
import {
  AFTER,
  JAMI_CRL,
  JAMI_MERGE,
  MARMOT,
  MUTUAL,
  QUIET_INVITE,
  QUIET_STORE,
  QUIET_WRITE,
} from './families.ts';
import { grafts, missing, poisons } from './poisoned.ts';
import { gathers, refused, type Tale } from './tale.ts';

const { adminPath, devicePath, invitedPath, memberPath, votePath } = layout;

const bans: readonly Tale[] = [
  {
    name: 'of two admins one bans the other alone',
    rule: 'resolution/majority',
    families: [MUTUAL, 'other-systems.md 0.1: exactly half, and double voters'],
    holes: ['H11'],
    tell: async () => {
      const { alice, bob } = await admins(['alice', 'bob']);
      await alice.votes('ban', bob.uri);
      await alice.says('so it is done');
      const files = {
        ...{ [adminPath(bob.uri)]: undefined, [devicePath(bob.deviceId)]: undefined },
        [layout.bannedPath('admins', bob.uri)]: bob.writer.chainPem,
        [votePath('ban', 'admins', bob.uri, alice.uri)]: undefined,
      };
      return refused(alice, await alice.forge({ message: member('ban', bob.uri), files }));
    },
  },
  {
    name: 'two votes of four are exactly half',
    rule: 'resolution/majority',
    families: [MUTUAL],
    holes: ['H11'],
    tell: async () => {
      const { alice, bob, carol, dave } = await admins(['alice', 'bob', 'carol', 'dave']);
      await alice.votes('demote', dave.uri);
      await bob.votes('demote', dave.uri);
      await gathers(alice, bob);
      await alice.mergeHeads();
      const files = {
        [adminPath(dave.uri)]: undefined,
        [memberPath(dave.uri)]: dave.writer.chainPem,
        [votePath('demote', 'admins', dave.uri, alice.uri)]: undefined,
        [votePath('demote', 'admins', dave.uri, bob.uri)]: undefined,
      };
      const commit = await alice.forge({ message: member('demote', dave.uri), files });
      return refused(alice, commit, { expect: { admins: [alice, bob, carol, dave] } });
    },
  },
  {
    name: 'the banned on top of the ban, after it was heard',
    rule: 'every-commit/author-in-standing',
    families: [AFTER],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      await bob.says('apart');
      await decide('ban', bob.uri, [alice]);
      await gathers(bob, alice);
      const files = {
        [devicePath(bob.deviceId)]: bob.writer.devicePem,
        [memberPath(bob.uri)]: bob.writer.chainPem,
      };
      const ban = alice.heads;
      const commit = await bob.forge({ message: text('I am back'), parents: ban, files });
      return refused(bob, commit, { expect: { banned: [bob.uri], members: [carol] } });
    },
  },
  {
    name: 'the banned merges his own side with the ban, and undoes it',
    rule: 'every-commit/author-in-standing',
    families: [AFTER, JAMI_MERGE],
    holes: ['H8'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      await bob.says('apart');
      const mine = bob.history.heads[0];
      await decide('ban', bob.uri, [alice]);
      await gathers(bob, alice);
      const [other] = alice.heads;
      if (!mine || !other) throw new Error('there are two sides');
      const parents = [mine.oid, other];
      const message = `Merge commit '${other}'`;
      return refused(bob, await bob.forge({ message, parents, tree: mine.tree }));
    },
  },
  {
    name: 'a member merges with the tree of the side that knows of no ban',
    rule: 'merge/tree-is-exact',
    families: [JAMI_MERGE],
    holes: ['H8'],
    tell: async () => {
      const { alice, bob, carol } = await stage(['alice', 'bob', 'carol']);
      await bob.says('apart');
      await carol.receive(bob);
      await carol.says('with bob');
      const mine = carol.history.heads[0];
      await decide('ban', bob.uri, [alice]);
      await gathers(carol, alice);
      const [other] = alice.heads;
      if (!mine || !other) throw new Error('there are two sides');
      const parents = [mine.oid, other];
      const message = `Merge commit '${other}'`;
      const commit = await carol.forge({ message, parents, tree: mine.tree });
      return refused(carol, commit, { expect: { banned: [bob.uri], members: [carol] } });
    },
  },
  {
    name: 'a revoked device whose account has sent a later list without it',
    rule: 'every-commit/author-in-standing',
    families: [JAMI_CRL, MARMOT],
    holes: ['H13'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const phone = await phoneOf(bob, [alice]);
      await bob.revokes(phone.writer);
      await bob.write({ kind: 'revoke', crl: await bob.account.revoke(9n, []) });
      await gathers(phone, bob);
      const paper = await bob.account.issuePaper(phone.writer, new Date('2026-11-12'));
      const files = { [devicePath(phone.deviceId)]: paper };
      return refused(phone, await phone.forge({ message: text('as good as new'), files }));
    },
  },
];

const quiet: readonly Tale[] = [
  {
    name: 'a member writes as another',
    rule: 'every-commit/signature',
    families: [QUIET_WRITE],
    holes: ['H5'],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      const author = { email: alice.deviceId };
      const invitation = await uriOf('doris');
      const files = { [invitedPath(invitation)]: '' };
      const forged = { message: member('add', invitation), author, files };
      return refused(bob, await bob.forge(forged));
    },
  },
  {
    name: 'a store that can read and write makes itself admin',
    rule: 'every-commit/author-in-standing',
    families: [QUIET_WRITE, QUIET_STORE],
    tell: async () => {
      const { alice } = await stage(['alice', 'bob']);
      const store = await guestOf(alice, 'store');
      await alice.says('hello');
      await store.receive(alice);
      const files = {
        [adminPath(store.uri)]: store.writer.chainPem,
        [devicePath(store.deviceId)]: store.writer.devicePem,
      };
      return refused(store, await store.forge({ message: text('at your service'), files }));
    },
  },
  {
    name: 'a store joins by an invitation of its own',
    rule: 'every-commit/author-in-standing',
    families: [QUIET_STORE],
    tell: async () => {
      const { alice } = await stage(['alice', 'bob']);
      const store = await guestOf(alice, 'store');
      const files = {
        [invitedPath(store.uri)]: '',
        [memberPath(store.uri)]: store.writer.chainPem,
        [devicePath(store.deviceId)]: store.writer.devicePem,
      };
      const commit = await store.forge({ message: member('add', store.uri), files });
      return refused(store, commit, { expect: { invited: [] } });
    },
  },
  {
    name: 'who has left joins on the invitation of before',
    rule: 'join/invited',
    families: [QUIET_INVITE],
    tell: async () => {
      const { alice, bob } = await stage(['alice', 'bob']);
      await bob.write({ kind: 'leave' });
      await gathers(alice, bob);
      await alice.says('good bye');
      await gathers(bob, alice);
      const files = {
        [memberPath(bob.uri)]: bob.writer.chainPem,
        [devicePath(bob.deviceId)]: bob.writer.devicePem,
      };
      const commit = await bob.forge({ message: member('join', bob.uri), files });
      return refused(bob, commit, { expect: { members: [] } });
    },
  },
  {
    name: 'another account takes up an invitation',
    rule: 'join/own-uri',
    families: [QUIET_INVITE],
    tell: async () => {
      const { alice } = await stage(['alice', 'bob']);
      const doris = await uriOf('doris');
      await alice.write({ kind: 'add', uri: doris });
      const mallory = await guestOf(alice, 'mallory');
      const files = {
        [invitedPath(doris)]: undefined,
        [memberPath(mallory.uri)]: mallory.writer.chainPem,
        [devicePath(mallory.deviceId)]: mallory.writer.devicePem,
      };
      const commit = await mallory.forge({ message: member('join', doris), files });
      return refused(mallory, commit, { expect: { invited: [doris] } });
    },
  },
];

/** Single commits that are refused, whatever else there is. */
export const REFUSED_TALES: readonly Tale[] = [
  ...bans,
  ...quiet,
  ...grafts,
  ...poisons,
  ...missing,
];
