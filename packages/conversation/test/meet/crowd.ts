import { type Entry, History, type Intent, judgeAll, type Writer } from '@covey/conversation';
import { MemoryObjectStore } from '@covey/git-objects';
import { makeTestAccount } from '@covey/testkit';
import {
  foundGroup,
  GossipDevice,
  GossipNetwork,
  type Moved,
  SIMULATED_CRYPTO,
} from '@covey/testkit/meet';

/** Devices of one group that all have all, and the network between them; nobody is linked yet. */
export interface Crowd {
  readonly devices: readonly GossipDevice[];
  readonly network: GossipNetwork;
}

/**
 * So many members with a device each. They share their memory of papers, as a machine with little time does; every
 * device judges every commit itself.
 */
export async function makeCrowd(members: number, seed: number, moved?: Moved): Promise<Crowd> {
  const shelf = new MemoryObjectStore(SIMULATED_CRYPTO.digests);
  const writers: Writer[] = [];
  for (let at = 0; at < members; at++) {
    writers.push((await makeTestAccount(`one of a crowd ${at}`)).writer);
  }
  const [creator, ...others] = writers;
  if (!creator) throw new Error('a crowd is somebody');
  const founded = await foundGroup([creator, ...others], shelf);
  const empty = new History(SIMULATED_CRYPTO, { profile: 'strict' });
  const devices: GossipDevice[] = [];
  for (const [at, writer] of writers.entries()) {
    const history = empty.draft();
    const broken = await judgeAll(founded, history, shelf);
    if (broken) throw new Error(`the group was not founded lawfully: ${broken.rule}`);
    devices.push(new GossipDevice(`device ${at}`, writer, history, shelf));
  }
  return { devices, network: new GossipNetwork({ seed, ...(moved ? { moved } : {}) }) };
}

export const text = (body: string): Intent => ({
  kind: 'message',
  fields: { body, type: 'text/plain' },
});

/** How many of these are merges. */
export function merges(entries: Iterable<Entry>): number {
  return [...entries].filter(({ content }) => content.kind === 'merge').length;
}

/** How many other states and orders there are than those of the first device; none when all are equal. */
export async function differences(devices: readonly GossipDevice[]): Promise<number> {
  const seen = new Set<string>();
  for (const device of devices) {
    const order = device.history.ordered.map(({ oid }) => oid).join(' ');
    seen.add(`${await device.digest()} ${order}`);
  }
  return seen.size - 1;
}
