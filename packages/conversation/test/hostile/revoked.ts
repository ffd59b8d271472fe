import type { Oid } from '@covey/git-objects';
import { deviceLike, type TestDevice } from '@covey/testkit';
import { uriOf } from '../vectors/attempt.ts';
import { phoneOf } from '../vectors/cast.ts';
import { oidsOf, trio } from './cut-cast.ts';
import { REVOKED, STOLEN, VOID_MERGE } from './families.ts';
import { gathers, type Tale, type Told } from './tale.ts';

/** Bob's phone writes beside the list that revokes it. */
async function besideTheList(
  act: (
    phone: TestDevice,
    group: Record<'alice' | 'bob' | 'carol', TestDevice>,
  ) => Promise<readonly Oid[]>,
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
  return {
    holder: alice,
    commit,
    expect: { step: 'revoked', void: written, members: [bob, carol] },
  };
}

/** Step 1: what a revoked device wrote apart from the list. */
export const revoked: readonly Tale[] = [
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
        return oidsOf(
          said,
          ...[...phone.history.entries()].filter(
            ({ device, oid, content }) =>
              device === phone.deviceId && oid !== said.oid && content.fields['body'] === 'apart',
          ),
        );
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
        expect: {
          step: 'revoked',
          void: [cast.oid, done.oid],
          members: [bob, carol],
          admins: [alice],
        },
      };
    },
  },
];
