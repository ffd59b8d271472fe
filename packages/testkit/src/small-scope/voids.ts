import type { Entry, History } from '@covey/conversation';
import type { Growth } from './growth.ts';

const NOTHING: ReadonlySet<string> = new Set();

/** Ids of those commits of a history that have no effect among what these tips reach, in any history that has them all. */
export function voidsOf(
  { commits }: Growth,
  history: History,
  tips: readonly Entry[],
): ReadonlySet<string> {
  const voids = history.voids(tips);
  if (voids.isEmpty) return NOTHING;
  const found = commits.filter(({ prepared }) => {
    const entry = history.entry(prepared.oid);
    return entry && voids.reasonOf(entry) !== undefined;
  });
  return new Set(found.map(({ prepared }) => prepared.oid));
}

/** What only one of two sets has, in words. */
export function differenceOf(
  what: string,
  one: ReadonlySet<string>,
  other: ReadonlySet<string>,
): string | undefined {
  const more = [...one].filter((each) => !other.has(each));
  const less = [...other].filter((each) => !one.has(each));
  if (more.length === 0 && less.length === 0) return undefined;
  return `${what}: has ${more.join(', ') || 'nothing more'}, lacks ${less.join(', ') || 'nothing'}`;
}
