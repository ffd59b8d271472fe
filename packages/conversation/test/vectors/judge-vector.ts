import type { ObjectReader } from '@covey/git-objects';
import { judgeTips, type Outcome } from './judge-commit.ts';
import type { Expectation, RuleVector } from './vector-file.ts';

/** What becomes of a vector, in the words of {@link Expectation}; or what is wrong with what it stands on. */
export async function judgeVector(
  { conversation, given = [], commit, profile }: RuleVector,
  reader: ObjectReader,
): Promise<Expectation | { readonly broken: Outcome }> {
  const { outcomes } = await judgeTips(conversation, [...given, commit], reader, profile);
  for (const outcome of outcomes.values()) {
    if (outcome.commit !== commit && !('deviations' in outcome)) return { broken: outcome };
  }
  const outcome = outcomes.get(commit);
  if (!outcome || 'missing' in outcome) throw new Error(`a vector lacks an object: ${commit}`);
  if ('rule' in outcome) {
    const { rule, path } = outcome;
    return { refused: rule, ...(path === undefined ? {} : { path }) };
  }
  const { deviations } = outcome;
  return deviations.length === 0 ? 'accepted' : { reported: deviations };
}
