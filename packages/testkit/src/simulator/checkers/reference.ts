import { type Entry, type GroupState, layout } from '@covey/conversation';
import { isAccountUri } from '@covey/identity';
import { type ModelState, resolveModel, voidIn } from '../../reference-model/model.ts';
import type { Checker, Ending } from '../ending.ts';
import { modelCharter, modelCommits } from '../model-commits.ts';

/** The model takes its time, with the third power of the commits. Most seeds show it only so many of the oldest. */
const MOST_COMMITS = 40;
/** Where decisions contradict each other, and in one seed of so many, it is shown all that there are. */
const ALL_EVERY = 16;

export const modelAgrees: Checker = {
  name: 'S7',
  promises: 'a model of the law that was written from its text alone comes to the same',
  async *check(ending) {
    const { simulation, union, reader } = ending;
    if (!union.charter) return;
    const charter = modelCharter(union.charter, simulation.devices);
    const matters = whatMatters(ending);
    const isShownAll = simulation.plan.seed % ALL_EVERY === 0 || contradicts(ending);
    const most = isShownAll ? Number.POSITIVE_INFINITY : MOST_COMMITS;
    const shown = oldest(union.ordered, most, matters);
    const parents = new Set(shown.flatMap((entry) => entry.parents));
    const tips = shown.filter((entry) => !parents.has(entry));
    const voids = union.voids(tips);
    const commits = modelCommits(shown, matters);
    const voided = voids.isEmpty ? new Set() : voidIn(charter, commits);
    for (const entry of shown) {
      const reason = voids.reasonOf(entry);
      if (voided.has(entry.oid) === (reason !== undefined)) continue;
      const found =
        reason === undefined ? 'has effect' : `is void (${reason.step}: ${reason.found})`;
      yield `${entry.content.kind} ${entry.oid} ${found}; the model says otherwise`;
    }
    const { state } = await union.resolved(reader, tips);
    const model = resolveModel(charter, commits);
    const writtenBy = union.entry(model.profile ?? '');
    const said = writtenBy && (await union.papers.state(writtenBy.tree, reader));
    const profile = said?.files.get(layout.PROFILE_PATH);
    yield* differences('state', linesOf(state), modelLines(model, profile));
  },
};

/** Does any removal of an account stand apart from another decision on an account? */
function contradicts({ union: { acts } }: Ending): boolean {
  const decisions = acts.filter(({ decision }) => decision && isAccountUri(decision.target));
  const removals = decisions.filter(({ kind }) => kind === 'ban' || kind === 'demote');
  return removals.some((one) =>
    decisions.some((other) => one !== other && !sees(one, other) && !sees(other, one)),
  );
}

type Act = Ending['union']['acts'][number];

const sees = (later: Act, earlier: Act) => later.before.has(earlier.index);

/** As many of the first in display order as have so many that matter among them: with each its ancestors are there. */
function oldest(
  ordered: readonly Entry[],
  most: number,
  matters: (entry: Entry) => boolean,
): readonly Entry[] {
  let left = most;
  const end = ordered.findIndex((entry) => matters(entry) && --left < 0);
  return end < 0 ? ordered : ordered.slice(0, end);
}

/**
 * Most messages can neither be void nor hold anything: they are left out. What stays is all that sets something,
 * merges, and messages of whoever was ever removed or revoked, or brought his certificate with a void commit, beside a list,
 * that were edited, or are found void.
 */
function whatMatters({ union: { ordered }, voids }: Ending): (entry: Entry) => boolean {
  const edited = new Set(ordered.map(({ content: { fields } }) => fields['edit']));
  const lists = ordered
    .filter(({ act }) => act?.crl)
    .map((list) => [list, ancestorsOf(list)] as const);
  const removed = new Set(
    ordered.flatMap(({ uri, content: { kind }, act }) => [
      ...(kind === 'leave' || act?.crl ? [uri] : []),
      act?.decision?.target ?? '',
    ]),
  );
  const held = new Set(
    ordered.flatMap((entry) => (entry.act?.paper && voids.reasonOf(entry) ? [entry.device] : [])),
  );
  return (entry) =>
    entry.act !== undefined ||
    held.has(entry.device) ||
    entry.parents.length !== 1 ||
    edited.has(entry.oid) ||
    removed.has(entry.uri) ||
    removed.has(entry.device) ||
    voids.reasonOf(entry) !== undefined ||
    lists.some(([{ act }, older]) => !older.has(entry) && !(act && entry.seen.has(act.index)));
}

function ancestorsOf(entry: Entry): ReadonlySet<Entry> {
  const found = new Set<Entry>();
  const open = [...entry.parents];
  for (let older = open.pop(); older; older = open.pop()) {
    if (found.has(older)) continue;
    found.add(older);
    open.push(...older.parents);
  }
  return found;
}

/** The tree without what only says who is who: chains, certificates, lists. */
function linesOf(state: GroupState): ReadonlySet<string> {
  const lines = [...state.files.keys()].filter((path) => !path.startsWith('CRLs/'));
  const profile = state.files.get(layout.PROFILE_PATH);
  return new Set(lines.map((path) => (path === layout.PROFILE_PATH ? `${path} ${profile}` : path)));
}

function modelLines(model: ModelState, profile: string | undefined): ReadonlySet<string> {
  const lines = new Set([...model.votes].map((vote) => `votes/${vote}`));
  for (const [uri, { place, from }] of model.places) {
    if (place === 'admin') lines.add(layout.adminPath(uri));
    else if (place === 'member') lines.add(layout.memberPath(uri));
    else if (place === 'invited') lines.add(layout.invitedPath(uri));
    else lines.add(layout.bannedPath(from ?? 'members', uri));
  }
  for (const device of model.devices) lines.add(layout.devicePath(device));
  for (const device of model.bannedDevices) lines.add(layout.bannedPath('devices', device));
  if (profile !== undefined) lines.add(`${layout.PROFILE_PATH} ${profile}`);
  return lines;
}

function* differences(what: string, ours: ReadonlySet<string>, model: ReadonlySet<string>) {
  for (const line of ours) if (!model.has(line)) yield `${what}: ${line}, not in the model`;
  for (const line of model) if (!ours.has(line)) yield `${what}: no ${line}, as in the model`;
}
