import { type History, layout } from '@covey/conversation';
import type { ObjectReader, Oid } from '@covey/git-objects';
import { type Judgement, judgeTips } from '../vectors/judge-commit.ts';
import type { HistoryExpectation, HistoryState, HostileHistory } from './history-file.ts';

type Asked = Pick<HostileHistory, 'conversation' | 'heads' | 'profile' | 'without'>;

/** Judges a history from its objects. What came of it is in `judged`, in the words of the file. */
export async function judgeHistory(
  { conversation, heads, profile, without = [] }: Asked,
  all: ObjectReader,
): Promise<Judgement & { readonly judged: HistoryExpectation }> {
  const reader: ObjectReader = {
    read: async (oid) => (without.includes(oid) ? undefined : all.read(oid)),
  };
  const judgement = await judgeTips(conversation, heads, reader, profile);
  const refused: HistoryExpectation['refused'][number][] = [];
  const lacking: NonNullable<HistoryExpectation['lacking']>[number][] = [];
  const reported: NonNullable<HistoryExpectation['reported']>[number][] = [];
  for (const outcome of judgement.outcomes.values()) {
    const { commit } = outcome;
    if ('missing' in outcome) lacking.push({ commit, object: outcome.missing });
    else if ('rule' in outcome) {
      const { rule, path } = outcome;
      refused.push({ commit, rule, ...(path === undefined ? {} : { path }) });
    } else if (outcome.deviations.length > 0) {
      reported.push({ commit, rules: outcome.deviations });
    }
  }
  const judged = {
    refused,
    ...(lacking.length > 0 ? { lacking } : {}),
    ...(reported.length > 0 ? { reported } : {}),
    state: judgement.history.root ? await stateOf(judgement.history, reader) : null,
  };
  return { ...judgement, judged };
}

/** What all that was taken in comes to. */
async function stateOf(history: History, reader: ObjectReader): Promise<HistoryState> {
  const { state, tree } = await history.resolved(reader);
  const voids = history.voids();
  const fallen: [Oid, string][] = [];
  for (const entry of history.entries()) {
    const step = voids.reasonOf(entry)?.step;
    if (step !== undefined) fallen.push([entry.oid, step]);
  }
  const sorted = (names: Iterable<string>) => [...names].sort();
  const profile = state.files.get(layout.PROFILE_PATH);
  return {
    admins: state.admins,
    members: sorted(state.names('members/', '.crt')),
    invited: sorted(state.names('invited/', '')),
    banned: sorted([
      ...state.names('banned/admins/', '.crt'),
      ...state.names('banned/members/', '.crt'),
      ...state.names('banned/invited/', ''),
    ]),
    bannedDevices: sorted(state.names('banned/devices/', '.crt')),
    ...(profile === undefined ? {} : { profile }),
    tree,
    void: Object.fromEntries(fallen.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
