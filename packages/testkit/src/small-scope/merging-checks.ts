import type { Entry, History } from '@covey/conversation';
import type { Case, Tally } from './check.ts';
import { count } from './check.ts';
import { type Grouping, groupings } from './grouping.ts';
import { type Growth, mergeLazily } from './growth.ts';
import { differenceOf, voidsOf } from './voids.ts';

/** More heads than these are merged lazily only: there are 105 ways to put five together. */
const MOST_GROUPED = 4;

/** Every device in standing merges the heads and writes its next text; its merges change neither the state nor what is void. */
export async function everybodyCanGoOn(of: Case, tally: Tally): Promise<string | undefined> {
  const { growth, resolved } = of;
  const { scene } = growth;
  const tips = growth.tipsOf(growth.all);
  for (const device of standing(of)) {
    const { writer } = scene.cast.player(device);
    const history = growth.history.draft();
    const merged = await mergeLazily(scene, history, tips, device);
    if (!merged) return `${writer.deviceId} is stuck`;
    const { head, commits } = merged;
    if (commits.length > 0) {
      count(tally, 'lazy merges');
      const due = await scene.treeWithPaper(resolved, device);
      const wrong = await changedBy(of, history, head, due);
      if (wrong !== undefined) return `${wrong} when ${writer.deviceId} has merged`;
    }
    const refused = await scene.refusesText(history, head, device);
    if (refused !== undefined) return `${writer.deviceId} can't write any more: ${refused}`;
  }
  return undefined;
}

/** However the heads are put together two by two, it is one state, and the same is void. */
export async function doesNotDependOnGrouping(of: Case, tally: Tally): Promise<string | undefined> {
  const { growth, resolved } = of;
  const tips = growth.tipsOf(growth.all);
  if (tips.length < 3 || tips.length > MOST_GROUPED) return undefined;
  const { cast } = growth.scene;
  const author = standing(of).find((device) =>
    resolved.state.hasDevice(cast.player(device).writer.deviceId),
  );
  if (author === undefined) return undefined;
  for (const grouping of groupings(tips)) {
    const history = growth.history.draft();
    const head = await mergeAs(growth, history, grouping, author);
    // He has no standing on some of the heads, and takes the others first.
    if (!head) continue;
    count(tally, 'groupings');
    const wrong = await changedBy(of, history, head, resolved.tree);
    if (wrong !== undefined) return `${wrong} when merged in another order`;
  }
  return undefined;
}

/** Devices that may write on all of the history. */
function standing({ growth, resolved: { state } }: Case): readonly number[] {
  const revoked = growth.revokedIn(growth.all);
  return [...growth.scene.cast.players.keys()].filter((device) => {
    const { uri, deviceId } = growth.scene.cast.player(device).writer;
    return state.isWriter(uri) && !state.bannedFrom(deviceId) && !revoked.has(deviceId);
  });
}

async function mergeAs(
  growth: Growth,
  history: History,
  grouping: Grouping<Entry>,
  author: number,
): Promise<Entry | undefined> {
  if (!isPair(grouping)) return grouping;
  const one = await mergeAs(growth, history, grouping[0], author);
  const other = one && (await mergeAs(growth, history, grouping[1], author));
  const merge = other && (await growth.scene.merge(history, author, [one, other]));
  return merge ? merge.entry : undefined;
}

function isPair<T>(grouping: Grouping<T>): grouping is readonly [Grouping<T>, Grouping<T>] {
  return Array.isArray(grouping);
}

async function changedBy(
  { growth, voids }: Case,
  history: History,
  head: Entry,
  due: string,
): Promise<string | undefined> {
  if (head.tree !== due) return 'another state';
  return differenceOf('other voids', voidsOf(growth, history, [head]), voids);
}
