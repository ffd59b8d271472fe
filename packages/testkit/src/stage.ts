import type { JsonObject } from '@covey/codec';
import type { Profile } from '@covey/conversation';
import { type Clock, counterClock } from './counter-clock.ts';
import { makeTestAccount } from './test-account.ts';
import { TestDevice } from './test-device.ts';

/** How a group is set up. */
export interface StageOptions {
  /** The JSON of the initial commit without its type; default mode 2. */
  readonly charter?: JsonObject & { readonly mode: number };
  readonly profile?: Profile;
  readonly clock?: Clock;
}

/**
 * A group whose first name is the creator and only admin; the others have joined, and all have all.
 * Without further names, and in mode 0, it is as the creator made it.
 */
export async function stage<const Name extends string>(
  names: readonly [Name, ...Name[]],
  { charter = { mode: 2 }, profile = 'strict', clock = counterClock() }: StageOptions = {},
): Promise<Record<Name, TestDevice>> {
  const devices = await Promise.all(
    names.map(async (name) => new TestDevice(await makeTestAccount(name), clock, { profile })),
  );
  const [creator, ...others] = devices;
  if (!creator) throw new Error('a group has a creator');
  await creator.write({ kind: 'initial', charter });
  for (const other of others) {
    if (charter.mode !== 0) await creator.write({ kind: 'add', uri: other.writer.uri });
    await mustReceive(other, creator);
    await other.write({ kind: 'join' });
    await mustReceive(creator, other);
  }
  for (const other of others) await mustReceive(other, creator);
  // One device per name, in the same order.
  return Object.fromEntries(names.map((name, at) => [name, devices[at]])) as Record<
    Name,
    TestDevice
  >;
}

/** Another device of the same account, or of somebody else, that has what `like` has. */
export async function deviceLike(
  like: TestDevice,
  { name, label }: { name?: string; label?: string },
): Promise<TestDevice> {
  const account = name === undefined ? like.account : await makeTestAccount(name);
  const writer = label === undefined ? account.writer : await account.addDevice(label);
  const device = new TestDevice(account, like.clock, { profile: like.history.profile, writer });
  await mustReceive(device, like);
  return device;
}

/** All devices exchange all they have, until nothing changes. Nobody is turned away. */
export async function sync(...devices: readonly TestDevice[]): Promise<void> {
  for (let moved = true; moved; ) {
    moved = false;
    for (const to of devices) {
      for (const from of devices) {
        if (from !== to && (await mustReceive(to, from)) > 0) moved = true;
      }
    }
  }
}

/** For what must be lawful. Answers how many commits were new. */
async function mustReceive(to: TestDevice, from: TestDevice): Promise<number> {
  const received = await to.receive(from);
  if ('entries' in received) return received.entries.length;
  throw new Error(`an honest commit was refused: ${JSON.stringify(received.broken)}`);
}
