import type { ObjectReader } from '@covey/git-objects';
import type { Entry } from '../entry.ts';
import type { Facts } from '../facts.ts';
import type { History } from '../history.ts';
import { RULES, RULES_FOR_EVERY_COMMIT } from '../judge.ts';
import { isBreak, prepare } from '../prepare.ts';
import type { Voids } from '../voids.ts';
import { latestTimeBefore } from './claimed-time.ts';
import { contradiction, contradictionsOf } from './contradictions.ts';
import { explainDecision } from './explain-decision.ts';
import type { CommitExplanation, Contradiction } from './explanation.ts';
import { named } from './named-act.ts';

/** All that the commits here say about one of them. @throws {CoveyError} OBJECT_MISSING */
export async function explainCommit(
  entry: Entry,
  history: History,
  reader: ObjectReader,
): Promise<CommitExplanation> {
  const voids = history.voids();
  const { oid, parents, height, uri, device, name, time, deviations } = entry;
  const kind = parents.length === 0 ? 'initial' : entry.content.kind;
  const before = latestTimeBefore(entry);
  const decision = await explainDecision(entry, history, voids, reader);
  const reason = voidOf(entry, history, voids);
  return {
    about: 'commit',
    ...{ commit: oid, kind, height, author: { uri, device, name } },
    parents: parents.map((parent) => parent.oid),
    signature: await signatureOf(entry, history, reader),
    rules: [...RULES_FOR_EVERY_COMMIT, ...RULES[kind]].map(({ id }) => id),
    deviations,
    ...(reason ? { void: reason } : {}),
    time: {
      claimed: time,
      ...(before === undefined ? {} : { latestBefore: before }),
      contradicts: before !== undefined && time < before,
    },
    ...(decision ? { decision } : {}),
    contradictions: about(entry, history, voids, decision?.votedTwice ?? []),
  };
}

/** Checked anew: what a device keeps of its own checks is no proof to a person. */
export async function signatureOf(
  { oid }: Entry,
  { papers }: History,
  reader: ObjectReader,
): Promise<Facts['signature']> {
  const prepared = await prepare(oid, reader, papers);
  return isBreak(prepared) ? 'bad' : prepared.signature;
}

function voidOf(entry: Entry, history: History, voids: Voids): CommitExplanation['void'] {
  const reason = voids.reasonOf(entry);
  if (!reason) return undefined;
  const { step, found, struck } = reason;
  const by = reason.by === undefined ? undefined : history.entry(reason.by);
  return {
    ...{ step, found },
    ...(by ? { by: named(by, voids) } : {}),
    ...(struck ? { struck } : {}),
  };
}

/** Contradictions that this commit is part of, and those of its voters. */
function about(
  entry: Entry,
  history: History,
  voids: Voids,
  votedTwice: NonNullable<CommitExplanation['decision']>['votedTwice'],
): readonly Contradiction[] {
  const own = contradictionsOf(entry.uri, history, voids).filter(
    ({ one, other }) => one.commit === entry.oid || other.commit === entry.oid,
  );
  const ofVoters = votedTwice.flatMap(({ votes, isApart }) => {
    const [one, other] = votes.map(({ commit }) => history.entry(commit));
    return isApart && one && other ? [contradiction(one, other, voids)] : [];
  });
  return [...own, ...ofVoters];
}
