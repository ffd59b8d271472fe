import type { Entry, layout } from '@covey/conversation';
import { deviceLike, stage, sync, TestDevice } from '@covey/testkit';

/** Votes of these admins in turn, each on what the one before has written; the last one resolves. */
export async function decide(
  admins: readonly TestDevice[],
  action: layout.VoteAction,
  target: string,
): Promise<Entry> {
  const [first, ...others] = admins;
  if (!first) throw new Error('somebody decides');
  await first.votes(action, target);
  let last = first;
  for (const other of others) {
    await other.receive(last);
    await other.votes(action, target);
    last = other;
  }
  return last.resolves(action, target);
}

/** Three admins, and doris and erin, who are members. */
export async function council() {
  const people = await stage(['alice', 'bob', 'carol', 'doris', 'erin']);
  const { alice, bob, carol } = people;
  await decide([alice], 'promote', bob.uri);
  await sync(alice, bob);
  await decide([alice, bob], 'promote', carol.uri);
  await sync(...Object.values(people));
  return people;
}

/** A device with the keys of another, as one that was copied: the two don't hear of each other. */
export async function copyOf(device: TestDevice): Promise<TestDevice> {
  const copy = new TestDevice(device.account, device.clock, { writer: device.writer });
  await copy.receive(device);
  return copy;
}

/** Carol bans bob with alice, and alice with bob: two majorities, apart, that both needed her. */
export async function doubleVoter({ copied }: { copied: boolean }) {
  const people = await council();
  const { alice, bob, carol } = people;
  const elsewhere = copied ? await copyOf(carol) : await deviceLike(carol, { label: 'phone' });
  const banOfBob = await decide([alice, carol], 'ban', bob.uri);
  const banOfAlice = await decide([bob, elsewhere], 'ban', alice.uri);
  const witness = people.doris;
  await sync(witness, carol, elsewhere);
  return { ...people, elsewhere, witness, banOfBob, banOfAlice };
}
