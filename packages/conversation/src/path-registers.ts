import type { Oid } from '@covey/git-objects';
import { type Act, sees } from './act.ts';

/**
 * What merging gives in histories that another program wrote: path by path, the value of the last
 * commits that changed it. Where those differ, each of their values is as good as another.
 */
export function pathRegisters(
  acts: readonly Act[],
): ReadonlyMap<string, ReadonlySet<Oid | undefined>> {
  const writers = new Map<string, { act: Act; after: Oid | undefined }[]>();
  for (const act of acts) {
    for (const { path, after } of act.changes) {
      const list = writers.get(path) ?? [];
      list.push({ act, after });
      writers.set(path, list);
    }
  }
  const values = new Map<string, ReadonlySet<Oid | undefined>>();
  for (const [path, list] of writers) {
    const last = list.filter(({ act }) => !list.some((other) => sees(other.act, act)));
    values.set(path, new Set(last.map(({ after }) => after)));
  }
  return values;
}
