import type { Oid } from '@covey/git-objects';
import { deviceLike, stage, sync, type TestDevice } from '@covey/testkit';
import { text } from '../vectors/attempt.ts';
import { decide } from '../vectors/cast.ts';
import { admins, oidsOf } from './cut-cast.ts';
import { COUNTER1, COUNTER3, JAMI_QUORUM, MUTUAL, UNDER_VOID } from './families.ts';
import { forges, gathers, type Tale, type Told } from './tale.ts';

/** The creator is removed by whom she promoted, and writes on the parents from when she was alone. */
async function cameBack(
  removal: 'ban' | 'demote',
  act: (
    alice: TestDevice,
    names: Record<'bob' | 'carol' | 'dave', TestDevice>,
  ) => Promise<readonly Oid[]>,
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

/** Step 1: votes and resolutions of the removed, on old parents beside acts that the removal has seen. */
export const beside: readonly Tale[] = [
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
  pause: (resolver: TestDevice) => Promise<unknown> = async () => undefined,
): Promise<{ holder: TestDevice; one: Oid; other: Oid }> {
  const at = (name: string) => group[name] as TestDevice; // Names of the group.
  const copies = new Map<string, TestDevice>();
  for (const name of Object.keys(group)) copies.set(name, await deviceLike(at(name), {}));
  const twin = (name: string) => copies.get(name) as TestDevice; // As above.
  await decide(one.action ?? 'ban', at(one.target).uri, one.voters.map(at));
  const others = other.voters.map(twin);
  for (const voter of others) {
    await voter.votes(other.action ?? 'ban', at(other.target).uri);
    await sync(...others);
  }
  const [first = '', second = ''] = [one.voters[0], other.voters[0]];
  const [ones] = at(first).heads;
  await pause(twin(second));
  const { oid } = await twin(second).resolves(other.action ?? 'ban', at(other.target).uri);
  if (!ones) throw new Error('both have resolved');
  const holder = await gathers(at(first), twin(second));
  return { holder, one: ones, other: oid };
}

/** Leaves a merge behind. */
async function twoMinds(device: TestDevice): Promise<void> {
  const parents = device.heads;
  for (const body of ['yes', 'no']) await forges(device, text(body), { parents });
  await device.mergeHeads();
}

/** Step 2: resolutions that needed the votes of who was removed apart from them. */
export const recount: readonly Tale[] = [
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
      const told = await twoBans(
        group,
        { voters: ['bob', 'carol', 'dave'], target: 'alice' },
        { voters: ['alice', 'carol', 'dave'], target: 'bob' },
        (resolver) => resolver.says('so be it'),
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
        { voters: ['dave', 'alice', 'carol'], target: 'bob' },
        twoMinds,
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
        expect: {
          step: 'recount',
          void: [done],
          banned: [alice.uri],
          members: [dave],
          admins: [bob, carol],
        },
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
        expect: {
          step: 'recount',
          void: [done],
          banned: [dave.uri],
          members: [alice],
          admins: [bob, carol],
        },
      };
    },
  },
];
