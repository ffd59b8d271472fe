import type { ObjectReader } from '@covey/git-objects';
import { type Act, apart, sees } from '../act.ts';
import type { Entry } from '../entry.ts';
import type { History } from '../history.ts';
import type { Voids } from '../voids.ts';
import type { DecisionExplanation } from './explanation.ts';
import { named } from './named-act.ts';

/** Who decided a ban, unban, promotion or demotion, and what is left of it. `undefined` for any other commit. */
export async function explainDecision(
  entry: Entry,
  history: History,
  voids: Voids,
  reader: ObjectReader,
): Promise<DecisionExplanation | undefined> {
  const { act } = entry;
  if (!act?.decision) return undefined;
  const { action, from, target, voters } = act.decision;
  const { tree, state } = await history.resolved(reader, entry.parents);
  const { admins } = state;
  return {
    ...{ action, target, from, rule: 'resolution/majority', tree, admins },
    needed: Math.floor(admins.length / 2) + 1,
    votes: [...voters].sort().map((voter) => {
      const cast = voteOf(voter, act, history);
      return { voter, ...(cast ? { cast: named(cast, voids) } : {}) };
    }),
    struck: struckFrom(act, history, voids),
    votedTwice: votedTwice(act, history, voids),
    stands: voids.reasonOf(entry) === undefined,
  };
}

/** The commit by which somebody voted for what an act decided: the last one among its ancestors. */
function voteOf(voter: string, { decision, before }: Act, history: History): Entry | undefined {
  const cast = history.acts.filter(
    ({ index, uri, vote }) =>
      uri === voter &&
      vote?.action === decision?.action &&
      vote?.target === decision?.target &&
      before.has(index),
  );
  const last = cast.find((act) => !cast.some((other) => sees(other, act)));
  return last && history.entry(last.oid);
}

function struckFrom(act: Act, history: History, voids: Voids): DecisionExplanation['struck'] {
  return (act.decision?.voters ?? []).flatMap((voter) => {
    const removals = history.acts.filter(
      (other) =>
        apart(other, act) &&
        other.places.some(({ uri, op }) => uri === voter && (op === 'ban' || op === 'demotion')),
    );
    const [first] = removals.flatMap(({ oid }) => history.entry(oid) ?? []);
    return first ? [{ voter, by: named(first, voids) }] : [];
  });
}

function votedTwice(act: Act, history: History, voids: Voids): DecisionExplanation['votedTwice'] {
  const others = history.acts.filter((other) => other.decision && apart(other, act));
  return others.flatMap((other) => {
    const entry = history.entry(other.oid);
    const both = (act.decision?.voters ?? []).filter((voter) =>
      other.decision?.voters.includes(voter),
    );
    return both.flatMap((voter) => {
      const [one, two] = [voteOf(voter, act, history), voteOf(voter, other, history)];
      // One question that both sides have carried out needs nobody twice.
      if (!entry || !one?.act || !two?.act || one === two) return [];
      const votes = [named(one, voids), named(two, voids)] as const;
      const isApart = apart(one.act, two.act);
      return [{ voter, other: named(entry, voids), votes, isApart }];
    });
  });
}
