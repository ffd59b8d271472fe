import type { Entry } from '@covey/conversation';
import type { ModelCommit } from '../reference-model/model.ts';
import type { Cast } from './cast.ts';
import type { Prepared } from './prepared.ts';
import type { Operation } from './scope.ts';

/** One commit: as production judges it, as production took it in, and as the model reads it. */
export interface Commit {
  readonly prepared: Prepared;
  readonly entry: Entry;
  readonly model: ModelCommit;
}

/** An operation as the model reads it. */
export function modelOf(
  { by, does, action, seat, device }: Operation,
  cast: Cast,
  place: Pick<ModelCommit, 'id' | 'parents' | 'brings'>,
): ModelCommit {
  const author = cast.player(by).writer;
  const target =
    device !== undefined
      ? cast.player(device).writer.deviceId
      : seat !== undefined
        ? cast.accounts[seat]?.uri
        : author.uri;
  if (target === undefined) throw new Error('an operation of somebody else’s cast');
  const named = { ...place, account: author.uri, device: author.deviceId };
  switch (does) {
    case 'revoke':
      return { ...named, kind: 'papers', revokes: [target] };
    case 'vote':
      return { ...named, kind: 'vote', target, ...(action ? { action } : {}) };
    case 'resolve':
      return { ...named, kind: action ?? 'ban', target };
    default:
      return { ...named, kind: does, target };
  }
}

/** All that the tips reach, the tips included. */
export function reachedFrom(tips: Iterable<Entry>): ReadonlySet<Entry> {
  const reached = new Set<Entry>();
  const open = [...tips];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (reached.has(entry)) continue;
    reached.add(entry);
    open.push(...entry.parents);
  }
  return reached;
}
