import type { ObjectReader } from '@covey/git-objects';
import type { History } from '../history.ts';
import { explainCommit } from './explain-commit.ts';
import { explainMember } from './explain-member.ts';
import type { Explanation } from './explanation.ts';

/**
 * Why something is as it is, from the commits that are here and from signatures that are checked for the purpose.
 * @param id of a commit, an account, or a device, which stands for its account
 * @returns `undefined` when the history has nothing of this id
 * @throws {CoveyError} OBJECT_MISSING
 */
export async function explain(
  id: string,
  history: History,
  reader: ObjectReader,
): Promise<Explanation | undefined> {
  const entry = history.entry(id);
  if (entry) return explainCommit(entry, history, reader);
  const paper = history.acts.find((act) => act.paper?.device === id)?.paper;
  return explainMember(paper?.uri ?? id, history, reader);
}
