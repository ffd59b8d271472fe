import type { JsonObject } from '@covey/codec';
import type { VoidStep } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { Forgery, TestDevice } from '@covey/testkit';

/** A history that somebody tells on purpose, and what it must come to. */
export interface Tale {
  readonly name: string;
  /** The rule that refuses, or the part of `authority.md` that answers what is valid. */
  readonly rule: string;
  readonly families: readonly string[];
  readonly holes?: readonly string[];
  readonly tell: () => Promise<Told>;
}

/** How it ends: a device that has everything, and the commit that it is about. */
export interface Told {
  readonly holder: TestDevice;
  readonly commit: Oid;
  /** Forged tips in the holder's store that it has not taken in. Beside its heads. */
  readonly forged?: readonly Oid[];
  /** Heads, where they are not all that the holder has. */
  readonly heads?: readonly Oid[];
  /** Objects that are held back. */
  readonly without?: readonly Oid[];
  readonly expect: Expected;
}

/** What is asked of the end; keys that are not given are not compared. */
export interface Expected {
  /** Commits without effect, all of them, and in which step the one that the tale is about fell. */
  readonly void?: readonly Oid[];
  readonly step?: VoidStep;
  readonly admins?: readonly TestDevice[];
  readonly members?: readonly TestDevice[];
  readonly invited?: readonly string[];
  readonly banned?: readonly string[];
  readonly bannedDevices?: readonly string[];
  readonly title?: string;
}

/** Forges a commit on a device and takes it in. @throws when it is refused */
export async function forges(
  device: TestDevice,
  message: JsonObject | string,
  more: Omit<Forgery, 'message'> = {},
): Promise<Oid> {
  const oid = await device.forge({ message, ...more });
  const received = await device.adopts(oid);
  if ('broken' in received) throw new Error(JSON.stringify(received.broken));
  return oid;
}

/** All of it comes together at one of them, who need not believe it. */
export async function gathers(
  holder: TestDevice,
  ...others: readonly TestDevice[]
): Promise<TestDevice> {
  for (const other of others) {
    const received = await holder.receive(other);
    if ('broken' in received) throw new Error(JSON.stringify(received.broken));
  }
  return holder;
}

/** All of it forged on one device that has everything. */
export async function refused(
  device: TestDevice,
  commit: Oid,
  more: Partial<Told> = {},
): Promise<Told> {
  return { holder: device, commit, forged: [commit], expect: {}, ...more };
}
