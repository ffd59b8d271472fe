import type { Oid } from '@covey/git-objects';
import { stage, type TestDevice } from '@covey/testkit';
import { decide } from '../vectors/cast.ts';
import { gathers, type Told } from './tale.ts';

/** An admin and two members. */
export const trio = (charter: { mode: number; profile?: string } = { mode: 2 }) =>
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
export async function besideTheBan(
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

/** Their ids. */
export const oidsOf = (...entries: readonly { oid: Oid }[]) => entries.map(({ oid }) => oid);
