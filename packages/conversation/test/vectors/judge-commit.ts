import { type Break, History, inOrder, type Profile } from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { type ObjectReader, type Oid, readCommitLinks } from '@covey/git-objects';
import { TEST_CRYPTO } from '@covey/testkit';

/** What came of one commit. */
export type Outcome =
  | { readonly commit: Oid; readonly deviations: readonly string[] }
  | ({ readonly commit: Oid } & Break)
  | { readonly commit: Oid; readonly missing: Oid };

/** What came of a history: of each commit, but those that stand on one that isn't taken in. */
export interface Judgement {
  readonly history: History;
  readonly outcomes: ReadonlyMap<Oid, Outcome>;
}

/**
 * Judges all that the tips reach, parents before children, the root of the conversation first. A commit that is
 * refused, or lacks an object, is left out with all that stands on it; the rest goes on.
 */
export async function judgeTips(
  root: Oid,
  tips: readonly Oid[],
  reader: ObjectReader,
  profile: Profile,
): Promise<Judgement> {
  const history = new History(TEST_CRYPTO, { profile });
  const outcomes = new Map<Oid, Outcome>();
  const { order, parentsOf } = await reached(tips, reader);
  for (const oid of [root, ...order.filter((each) => each !== root)]) {
    const parents = parentsOf.get(oid);
    if (!parents?.every((parent) => history.entry(parent))) {
      const missing = parents?.find((parent) => !parentsOf.has(parent));
      if (missing !== undefined) outcomes.set(oid, { commit: oid, missing });
      continue;
    }
    outcomes.set(oid, await outcomeOf(oid, history, reader));
  }
  return { history, outcomes };
}

async function outcomeOf(oid: Oid, history: History, reader: ObjectReader): Promise<Outcome> {
  try {
    const judged = await history.judge(oid, reader);
    if ('broken' in judged) return { commit: oid, ...judged.broken };
    return { commit: oid, deviations: judged.entry.deviations.map(({ rule }) => rule) };
  } catch (reason) {
    if (!CoveyError.is(reason, 'OBJECT_MISSING')) throw reason;
    return { commit: oid, missing: reason.data['oid'] as Oid }; // Named by whoever misses it.
  }
}

/** Commits that are there, parents before children. */
async function reached(tips: readonly Oid[], reader: ObjectReader) {
  const parentsOf = new Map<Oid, readonly Oid[]>();
  const open = [...tips];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const object = parentsOf.has(oid) ? undefined : await reader.read(oid);
    if (!object) continue;
    const parents = readCommitLinks(object.bytes)?.parents ?? [];
    parentsOf.set(oid, parents);
    open.push(...parents);
  }
  return { order: inOrder(parentsOf), parentsOf };
}
