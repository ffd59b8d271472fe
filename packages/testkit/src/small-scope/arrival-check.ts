import type { Entry } from '@covey/conversation';
import { type Case, count, type Tally } from './check.ts';
import type { Commit } from './commit.ts';
import { differenceOf, voidsOf } from './voids.ts';

/** The same commits once more, those first that were written last: one state, the same heads, and the same is void. */
export async function doesNotDependOnArrival(
  { growth, resolved, voids }: Case,
  tally: Tally,
): Promise<string | undefined> {
  const { scene, commits, history } = growth;
  const [start] = scene.parts;
  const order = start && lastFirst(commits.slice(start.commits.length), start.commits);
  if (!start || !order) return undefined;
  count(tally, 'other arrivals');
  const other = start.history.draft();
  for (const { prepared } of order) {
    const judged = await other.judgePrepared(prepared, scene.store);
    if ('broken' in judged) return `refused when it comes in another order: ${judged.broken.rule}`;
  }
  const { tree } = await other.resolved(scene.store);
  if (tree !== resolved.tree) return 'another state when the commits come in another order';
  if (other.heads.map(({ oid }) => oid).join() !== history.heads.map(({ oid }) => oid).join()) {
    return 'other heads when the commits come in another order';
  }
  const others = voidsOf(growth, other, other.heads);
  return differenceOf('void when the commits come in another order', others, voids);
}

/** Of all commits that can come next always the last; `undefined` when that is the order they are in. */
function lastFirst(
  commits: readonly Commit[],
  start: readonly Commit[],
): readonly Commit[] | undefined {
  const here = new Set<Entry>(start.map(({ entry }) => entry));
  const open = [...commits];
  const order: Commit[] = [];
  while (open.length > 0) {
    const at = open.findLastIndex(({ entry }) => entry.parents.every((parent) => here.has(parent)));
    const [next] = open.splice(at, 1);
    if (!next) throw new Error('parents stand before their children');
    here.add(next.entry);
    order.push(next);
  }
  return order.every((commit, at) => commit === commits[at]) ? undefined : order;
}
