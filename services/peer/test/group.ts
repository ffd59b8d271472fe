import type { DevicePorts } from '@covey/device';
import { InTheOpen } from './in-the-open.ts';

/** Alice's group, with her as its only admin; the others have joined. `change`: other ports for alice. */
export async function group<const Name extends string>(
  ...given: readonly (Name | { readonly change: (ports: DevicePorts) => DevicePorts })[]
): Promise<Record<Name, InTheOpen> & { readonly alice: InTheOpen; readonly id: string }> {
  const names = given.filter((each) => typeof each === 'string');
  const options = given.find((each) => typeof each === 'object') ?? {};
  const alice = await InTheOpen.make('alice', options);
  const id = await alice.account.startConversation({ mode: 2 });
  const others: [string, InTheOpen][] = [];
  for (const name of names) {
    const person = await InTheOpen.make(name);
    await person.joins(id, alice);
    others.push([name, person]);
  }
  // Twice: the first may have agreed before alice heard of the last.
  for (const [, person] of [...others, ...others]) await person.agrees(id, alice);
  // One for each name.
  return { ...(Object.fromEntries(others) as Record<Name, InTheOpen>), alice, id };
}

/** An admin who is the only one, or whose vote is the last that is needed, bans an account or a device. */
export async function ban(by: InTheOpen, id: string, target: string): Promise<void> {
  await by.write(id, { kind: 'vote', action: 'ban', target });
  await by.write(id, { kind: 'resolve', action: 'ban', target });
}
