import { layout } from '@covey/conversation';
import { type Forgery, type StageOptions, sync, type TestDevice } from '@covey/testkit';
import type { Attempt } from './attempt.ts';
import { decide, phoneOf } from './cast.ts';

const { votePath } = layout;

/** The JSON of the initial commit. */
export type Charter = StageOptions['charter'];

/** What a forgery does to the tree. */
export type Files = NonNullable<Forgery['files']>;

/** An admin and two members. */
export type Group = Record<'alice' | 'bob' | 'carol', TestDevice>;

/** In which group something is tried, and after what. */
export interface Setting {
  readonly charter?: Charter;
  /** What happens before; default: nothing. Answers who invites; default: alice. */
  readonly first?: (group: Group) => Promise<TestDevice | undefined>;
  readonly rest?: Partial<Attempt>;
}

/** A member does it. */
export const byBob = async ({ bob }: Group) => bob;

/** A group without admins. */
export const flat: Charter = { flat: true, mode: 2 };

/** Bob leaves. */
export const left = async ({ alice, bob, carol }: Group) => {
  await bob.write({ kind: 'leave' });
  await sync(alice, bob, carol);
  return undefined;
};

/** Bob is banned. */
export const bobBanned = async ({ alice, bob, carol }: Group) => {
  await decide('ban', bob.uri, [alice], bob, carol);
  return undefined;
};

/** Carol becomes an admin. */
export const carolPromoted = async ({ alice, bob, carol }: Group) => {
  await decide('promote', carol.uri, [alice], bob, carol);
};

/** Only admins invite. */
export const mode1: Charter = { mode: 1 };

/** Bob has left; devices of his are banned, and there are votes to lift that. */
export async function votesOnWhoLeft(
  group: Group,
  { phones = ['phone'], voters = [group.alice] }: { phones?: string[]; voters?: TestDevice[] } = {},
) {
  const { alice, bob, carol } = group;
  const cast: string[] = [];
  const targets: string[] = [];
  for (const label of phones) {
    const phone = await phoneOf(bob, [alice, carol], label);
    await decide('ban', phone.deviceId, voters, bob, alice, carol);
    targets.push(phone.deviceId);
  }
  await left(group);
  for (const target of targets) {
    for (const voter of voters) {
      await voter.votes('unban', target);
      await sync(alice, carol);
      cast.push(votePath('unban', 'devices', target, voter.uri));
    }
  }
  return { bob, cast };
}

/** All votes stay. */
export const all = (cast: readonly string[]) => cast;

/** All votes go. */
export const none = () => [];

/** One vote stays. */
export const firstOf = (cast: readonly string[]) => cast.slice(0, 1);

/** Nothing is changed. */
export const noLie = async () => ({});
