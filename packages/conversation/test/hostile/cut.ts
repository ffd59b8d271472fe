import { layout } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import { deviceLike, stage, sync, type TestDevice } from '@covey/testkit';
import { text, uriOf } from '../vectors/attempt.ts';
import { decide, guestOf, phoneOf } from '../vectors/cast.ts';
import { forges, gathers, type Tale, type Told } from './tale.ts';

const trio = (charter: { mode: number; profile?: string } = { mode: 2 }) =>
  stage(['alice', 'bob', 'carol'], { charter });

/** A group in which these have been promoted, one after the other. */
export async function admins<const Name extends string>(
  names: readonly [Name, ...Name[]],
  ...others: readonly Name[]
): Promise<Record<Name, TestDevice>> {
  const group = await stage([...names, ...others] as readonly [Name, ...Name[]]);
  const all = Object.values<TestDevice>(group);
  const [first, ...rest] = names;
  const voters = [group[first]];
  for (const name of rest) {
    await decide('promote', group[name].uri, voters, ...all);
    voters.push(group[name]);
  }
  return group;
}

/** Alice bans bob while he does something that she doesn't know of. */
async function besideTheBan(
  act: (group: Record<'alice' | 'bob' | 'carol', TestDevice>) => Promise<readonly Oid[]>,
  charter?: Parameters<typeof trio>[0],
): Promise<Told> {
  const group = await trio(charter);
  const { alice, bob, carol } = group;
  const written = await act(group);
  await alice.votes('ban', bob.uri);
  await alice.resolves('ban', bob.uri);
  await gathers(carol, alice, bob);
  const [commit] = written;
  if (!commit) throw new Error('something is written');
  return {
    ...{ holder: carol, commit },
    expect: { step: 'cut', void: written, banned: [bob.uri], members: [carol] },
  };
}

const oidsOf = (...entries: readonly { oid: Oid }[]) => entries.map(({ oid }) => oid);

const FORK = 'security.md 5.3 family 1: the banned fork before, at and after the ban';
const VOID_MERGE = 'security.md 5.3 family 2: an honest merge of what is void';
const INVITE = 'security.md 5.3 family 3: a void invitation, and what was built on it';
const MUTUAL = 'security.md 5.3 family 4: admins ban each other';
const REVOKED = 'security.md 5.3 family 6: a list against messages of the device';
const STOLEN = 'security.md 5.3 family 8: a stolen device while its owner revokes it';
const UNDER_VOID = 'security.md 5.3 family 11: a ban made in a branch that is void itself';
const ONLY_LINK = 'security.md 5.3 family 12: the merge of the banned is the only link';
const JAMI_QUORUM = 'other-systems.md 0.1: exactly half, and double voters';

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
      besideTheBan(async ({ bob }) => {
        await bob.says('apart');
        const [said] = bob.heads;
        const late = await forges(bob, text('last year'), { author: { time: 1_700_000_000 } });
        return [late, ...(said ? [said] : [])];
      }, { mode: 3 }),
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
      await phone.write({ kind: 'revoke', crl: await bob.account.revoke(1n, []) });
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
      await sync(alice, bob, carol);
      await carol.write({ kind: 'add', uri: await uriOf('doris') });
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
    name: 'a resolution on a vote that is void',
    rule: 'the-cut/rests',
    families: [UNDER_VOID],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol'], 'dave', 'erin');
      const { alice, bob, carol, dave, erin } = group;
      const stolen = await phoneOf(bob, [alice, carol, dave, erin]);
      const cast = await stolen.votes('ban', dave.uri);
      await carol.votes('ban', dave.uri);
      await stolen.receive(carol);
      const done = await stolen.resolves('ban', dave.uri);
      await bob.revokes(stolen.writer);
      await gathers(erin, alice, bob, stolen);
      return {
        ...{ holder: erin, commit: done.oid },
        expect: { void: [cast.oid, done.oid], members: [dave, erin], admins: [alice, bob, carol] },
      };
    },
  },
];

function resting(told: Told): Told {
  return { ...told, expect: { ...told.expect, step: 'rests' } };
}

/** Bob's phone writes beside the list that revokes it. */
async function besideTheList(
  act: (phone: TestDevice, group: Record<'alice' | 'bob' | 'carol', TestDevice>) => Promise<readonly Oid[]>,
  charter?: Parameters<typeof trio>[0],
): Promise<Told> {
  const group = await trio(charter);
  const { alice, bob, carol } = group;
  const phone = await phoneOf(bob, [alice, carol]);
  const written = await act(phone, group);
  await bob.revokes(phone.writer);
  await gathers(alice, bob, carol, phone);
  const [commit] = written;
  if (!commit) throw new Error('something is written');
  return { holder: alice, commit, expect: { step: 'revoked', void: written, members: [bob, carol] } };
}

const revoked: readonly Tale[] = [
  {
    name: 'a text beside the list that revokes its device',
    rule: 'the-cut/revoked',
    families: [REVOKED, STOLEN],
    tell: () => besideTheList(async (phone) => oidsOf(await phone.says('apart'))),
  },
  {
    name: 'an invitation beside the list',
    rule: 'the-cut/revoked',
    families: [STOLEN],
    tell: () =>
      besideTheList(async (phone) =>
        oidsOf(await phone.write({ kind: 'add', uri: await uriOf('doris') })),
      ),
  },
  {
    name: 'a text beside the list, which its account alone has answered',
    rule: 'the-cut/revoked',
    families: [REVOKED],
    tell: () =>
      besideTheList(async (phone, { bob }) => {
        await phone.says('apart');
        const said = await phone.says('and on');
        const other = await deviceLike(bob, { label: 'tablet' });
        await other.receive(phone);
        await other.says('indeed');
        await phone.receive(other);
        return oidsOf(said, ...[...phone.history.entries()].filter(({ device, oid, content }) =>
          device === phone.deviceId && oid !== said.oid && content.fields['body'] === 'apart'));
      }),
  },
  {
    name: 'a text beside the list, on a merge',
    rule: 'the-cut/revoked',
    families: [REVOKED, VOID_MERGE],
    holes: ['H13'],
    tell: () =>
      besideTheList(async (phone, { carol }) => {
        const apart = await phone.says('apart');
        await carol.says('hello');
        await phone.receive(carol);
        return oidsOf(await phone.says('on a merge'), apart);
      }),
  },
  {
    name: 'a profile beside the list',
    rule: 'the-cut/revoked',
    families: [STOLEN],
    tell: () =>
      besideTheList(
        async (phone) => oidsOf(await phone.write({ kind: 'profile', profile: { title: 'Mine' } })),
        { mode: 2, profile: 'member' },
      ),
  },
  {
    name: "a vote by a stolen admin's device beside the list",
    rule: 'the-cut/revoked',
    families: [STOLEN],
    tell: async () => {
      const { alice, bob, carol } = await trio();
      const phone = await phoneOf(alice, [bob, carol]);
      const cast = await phone.votes('ban', carol.uri);
      const done = await phone.resolves('ban', carol.uri);
      await alice.revokes(phone.writer);
      await gathers(bob, alice, phone);
      return {
        ...{ holder: bob, commit: cast.oid },
        expect: { step: 'revoked', void: [cast.oid, done.oid], members: [bob, carol], banned: [] },
      };
    },
  },
  {
    name: "a promotion by a stolen admin's device beside the list",
    rule: 'the-cut/revoked',
    families: [STOLEN],
    tell: async () => {
      const { alice, bob, carol } = await trio();
      const phone = await phoneOf(alice, [bob, carol]);
      const cast = await phone.votes('promote', carol.uri);
      const done = await phone.resolves('promote', carol.uri);
      await alice.revokes(phone.writer);
      await gathers(bob, alice, phone);
      return {
        ...{ holder: bob, commit: done.oid },
        expect: { step: 'revoked', void: [cast.oid, done.oid], members: [bob, carol], admins: [alice] },
      };
    },
  },
];

/** The creator is removed by whom she promoted, and writes on the parents from when she was alone. */
async function cameBack(
  removal: 'ban' | 'demote',
  act: (alice: TestDevice, names: Record<'bob' | 'carol' | 'dave', TestDevice>) => Promise<readonly Oid[]>,
): Promise<Told> {
  const group = await stage(['alice', 'bob', 'carol', 'dave']);
  const { alice, bob, carol, dave } = group;
  const old = await deviceLike(alice, {});
  await decide('promote', bob.uri, [alice], bob, carol, dave);
  await decide('promote', carol.uri, [alice, bob], carol, dave);
  await decide('promote', dave.uri, [alice, bob, carol], dave);
  await decide(removal, alice.uri, [bob, carol, dave], alice);
  const written = await act(old, group);
  await gathers(dave, bob, old);
  const [commit] = written;
  if (!commit) throw new Error('something is written');
  const rest = removal === 'ban' ? { banned: [alice.uri], members: [] } : { members: [alice] };
  return {
    ...{ holder: dave, commit },
    expect: { step: 'beside', void: written, admins: [bob, carol, dave], ...rest },
  };
}

const COUNTER1 = 'authority-counterexamples.md 1 and 2: the removed creator comes back';
const COUNTER3 = 'authority-counterexamples.md 3: a demotion has a cut too';

const beside: readonly Tale[] = [
  {
    name: 'a removed creator votes to ban, from the time when she was alone',
    rule: 'the-cut/beside',
    families: [COUNTER1],
    tell: () =>
      cameBack('ban', async (alice, { bob }) => {
        const cast = await alice.votes('ban', bob.uri);
        return oidsOf(cast, await alice.resolves('ban', bob.uri));
      }),
  },
  {
    name: 'a removed creator bans, from the time when she was alone',
    rule: 'the-cut/beside',
    families: [COUNTER1],
    tell: () =>
      cameBack('ban', async (alice, { bob }) => {
        const cast = await alice.votes('ban', bob.uri);
        return oidsOf(await alice.resolves('ban', bob.uri), cast);
      }),
  },
  {
    name: 'a removed creator promotes a puppet, from the time when she was alone',
    rule: 'the-cut/beside',
    families: [COUNTER1],
    tell: () =>
      cameBack('ban', async (alice, { dave }) => {
        const cast = await alice.votes('promote', dave.uri);
        return oidsOf(await alice.resolves('promote', dave.uri), cast);
      }),
  },
  {
    name: 'a removed creator votes for a puppet, from the time when she was alone',
    rule: 'the-cut/beside',
    families: [COUNTER1],
    tell: () =>
      cameBack('ban', async (alice, { carol }) => oidsOf(await alice.votes('promote', carol.uri))),
  },
  {
    name: 'a demoted creator votes against a device, from the time when she was alone',
    rule: 'the-cut/beside',
    families: [COUNTER3],
    tell: () =>
      cameBack('demote', async (alice, { bob }) => {
        const cast = await alice.votes('ban', bob.deviceId);
        return oidsOf(cast, await alice.resolves('ban', bob.deviceId));
      }),
  },
  {
    name: 'a demoted creator bans a device, from the time when she was alone',
    rule: 'the-cut/beside',
    families: [COUNTER3],
    tell: () =>
      cameBack('demote', async (alice, { bob }) => {
        const cast = await alice.votes('ban', bob.deviceId);
        return oidsOf(await alice.resolves('ban', bob.deviceId), cast);
      }),
  },
];

/** Two majorities ban one of the other side, apart, with voters who vote twice. */
async function twoBans(
  group: Record<string, TestDevice>,
  one: { voters: readonly string[]; action?: 'ban' | 'demote'; target: string },
  other: { voters: readonly string[]; action?: 'ban' | 'demote'; target: string },
): Promise<{ holder: TestDevice; one: Oid; other: Oid }> {
  const at = (name: string) => group[name] as TestDevice; // Names of the group.
  const copies = new Map<string, TestDevice>();
  for (const name of Object.keys(group)) copies.set(name, await deviceLike(at(name), {}));
  const twin = (name: string) => copies.get(name) as TestDevice; // As above.
  await decide(one.action ?? 'ban', at(one.target).uri, one.voters.map(at));
  await decide(other.action ?? 'ban', at(other.target).uri, other.voters.map(twin));
  const [first = '', second = ''] = [one.voters[0], other.voters[0]];
  const [ones] = at(first).heads;
  const [others] = twin(second).heads;
  if (!ones || !others) throw new Error('both have resolved');
  const holder = await gathers(at(first), twin(second));
  return { holder, one: ones, other: others };
}

const recount: readonly Tale[] = [
  {
    name: 'two of three ban each other, with one voter twice',
    rule: 'the-cut/recount',
    families: [MUTUAL, JAMI_QUORUM],
    holes: ['H11'],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol']);
      const told = await twoBans(
        group,
        { voters: ['bob', 'carol'], target: 'alice' },
        { voters: ['alice', 'carol'], target: 'bob' },
      );
      return {
        ...{ holder: told.holder, commit: told.one },
        expect: {
          ...{ step: 'recount', void: [told.one, told.other], banned: [] },
          admins: [group.alice, group.bob, group.carol],
        },
      };
    },
  },
  {
    name: 'a ban against a demotion, by two of three each, with one voter twice',
    rule: 'the-cut/recount',
    families: [MUTUAL],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol']);
      const told = await twoBans(
        group,
        { voters: ['bob', 'carol'], target: 'alice', action: 'demote' },
        { voters: ['alice', 'carol'], target: 'bob' },
      );
      return {
        ...{ holder: told.holder, commit: told.one },
        expect: {
          ...{ step: 'recount', void: [told.one, told.other], banned: [] },
          admins: [group.alice, group.bob, group.carol],
        },
      };
    },
  },
  {
    name: 'three of four ban each other, with two voters twice',
    rule: 'the-cut/recount',
    families: [MUTUAL],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol', 'dave'], 'erin');
      await group.erin.says('what is going on?');
      await sync(...Object.values<TestDevice>(group));
      const told = await twoBans(
        group,
        { voters: ['bob', 'carol', 'dave'], target: 'alice' },
        { voters: ['alice', 'carol', 'dave'], target: 'bob' },
      );
      return {
        ...{ holder: told.holder, commit: told.other },
        expect: {
          ...{ step: 'recount', void: [told.one, told.other], banned: [] },
          members: [group.erin],
        },
      };
    },
  },
  {
    name: 'three of five against three of five, where only one struck voters of the other',
    rule: 'the-cut/recount',
    families: [MUTUAL, 'authority-counterexamples.md 4: one double voter gains control'],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol', 'dave', 'erin']);
      const told = await twoBans(
        group,
        { voters: ['carol', 'dave', 'erin'], target: 'alice' },
        { voters: ['alice', 'carol', 'dave'], target: 'bob' },
      );
      return {
        ...{ holder: told.holder, commit: told.other },
        expect: {
          ...{ step: 'recount', void: [told.other], banned: [group.alice.uri] },
          admins: [group.bob, group.carol, group.dave, group.erin],
        },
      };
    },
  },
  {
    name: 'a promotion that needed the vote of who was banned apart from it',
    rule: 'the-cut/recount',
    families: [UNDER_VOID, 'security.md 5.3 family 5: a ban against a promotion'],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol'], 'dave');
      const { alice, bob, carol, dave } = group;
      const twin = await deviceLike(bob, {});
      await decide('ban', alice.uri, [bob, carol]);
      await decide('promote', dave.uri, [alice, twin]);
      const done = alice.heads[0];
      await gathers(carol, alice);
      if (!done) throw new Error('it is resolved');
      return {
        ...{ holder: carol, commit: done },
        expect: { step: 'recount', void: [done], banned: [alice.uri], members: [dave], admins: [bob, carol] },
      };
    },
  },
  {
    name: 'an unban that needed the vote of who was demoted apart from it',
    rule: 'the-cut/recount',
    families: [UNDER_VOID, 'security.md 5.3 family 5: a ban against an unban'],
    tell: async () => {
      const group = await admins(['alice', 'bob', 'carol'], 'dave');
      const { alice, bob, carol, dave } = group;
      await decide('ban', dave.uri, [alice, bob], carol);
      const twin = await deviceLike(bob, {});
      await decide('demote', alice.uri, [bob, carol]);
      await decide('unban', dave.uri, [alice, twin]);
      const done = alice.heads[0];
      await gathers(carol, alice);
      if (!done) throw new Error('it is resolved');
      return {
        ...{ holder: carol, commit: done },
        expect: { step: 'recount', void: [done], banned: [dave.uri], members: [alice], admins: [bob, carol] },
      };
    },
  },
];

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
