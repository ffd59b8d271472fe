import type { Entry, GroupState } from '@covey/conversation';
import type { Chance } from '../chance.ts';
import type { HostileDevice } from '../hostile-device.ts';

/** Where a hostile device stands when it is its turn. */
export interface Turn {
  readonly device: HostileDevice;
  readonly chance: Chance;
  /** What its own commits come to. */
  readonly state: GroupState;
  /** Its commits in display order; not empty. */
  readonly ordered: readonly Entry[];
  /** The rule that is to be broken; any when absent. */
  readonly about: string | undefined;
}

/** One way of doing harm. Called again and again while the faults last; a turn ends without waiting for the network. */
export type Actor = (turn: Turn) => Promise<void>;

export const text = (body: string, more: Readonly<Record<string, string>> = {}) => ({
  ...more,
  body,
  type: 'text/plain',
});

export const resolution = (action: string, uri: string) => ({ action, type: 'member', uri });
export const vote = (action: string, uri: string) => ({ action, type: 'vote', uri });

/** An old commit: mostly of the younger half, now and then any. */
export function anOldOne({ chance, ordered }: Turn): Entry {
  const from = chance.happens(0.7) ? Math.floor(ordered.length / 2) : 0;
  return ordered[chance.between(from, ordered.length - 1)] as Entry; // Not empty.
}
