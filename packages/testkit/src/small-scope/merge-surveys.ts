import type { Failure, Survey } from './survey.ts';

/** What the shares of one search came to together. */
export function mergeSurveys(surveys: readonly Survey[]): Survey {
  const [first, ...others] = surveys;
  if (!first) throw new Error('a search has a share');
  const tally = new Map(first.tally);
  let { counts, isComplete } = first;
  const failures: Failure[] = [...first.failures];
  for (const other of others) {
    counts = counts.map(({ before, after }, at) => ({
      before: before + (other.counts[at]?.before ?? 0n),
      after: after + (other.counts[at]?.after ?? 0),
    }));
    isComplete = isComplete && other.isComplete;
    for (const [what, times] of other.tally) tally.set(what, (tally.get(what) ?? 0) + times);
    failures.push(...other.failures);
  }
  failures.sort((a, b) => a.operations - b.operations);
  return { scope: first.scope, isComplete, counts, tally, failures };
}
