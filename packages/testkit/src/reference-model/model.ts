/**
 * The law of `design/authority.md` once more, written from that page alone: slow, short and
 * without an import, so that nothing of what it checks can leak into it. Every function takes a
 * set of commits that is closed under "parent of"; none knows in which order they came.
 */

/** What a majority of the admins can resolve. */
export type ModelAction = 'ban' | 'unban' | 'promote' | 'demote';

/**
 * A commit without its bytes. Names are opaque, and no device is called like an account. A target
 * is an account, or a device for votes and resolutions; `action` is of a vote, `of` an edit's
 * original. `revokes`: the devices on its list (CRL); `brings`: its own device's certificate.
 */
export interface ModelCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly account: string;
  readonly device: string;
  readonly kind:
    | ('initial' | 'text' | 'edit' | 'add' | 'join' | 'leave' | 'vote' | ModelAction)
    | ('profile' | 'papers' | 'merge');
  readonly target?: string;
  readonly action?: ModelAction;
  readonly of?: string;
  readonly revokes?: readonly string[];
  readonly brings?: boolean;
}

/**
 * What the initial commit fixes for good; `creator` and `invited` are accounts. `owners` says
 * whose the devices are that have not written; of those that have it is known anyway.
 */
export interface ModelCharter {
  readonly mode: 0 | 1 | 2 | 3;
  readonly creator: string;
  readonly invited?: string;
  readonly flat: boolean;
  readonly profileBy: 'admin' | 'member';
  readonly owners?: ReadonlyMap<string, string>;
}

interface Place {
  readonly place: 'admin' | 'member' | 'invited' | 'banned';
  readonly from?: 'admins' | 'members' | 'invited';
}

/** What a set of commits comes to. A vote reads `ban/members/<target>/<voter>`, as in the tree. */
export interface ModelState {
  readonly places: ReadonlyMap<string, Place>;
  readonly devices: ReadonlySet<string>;
  readonly bannedDevices: ReadonlySet<string>;
  readonly votes: ReadonlySet<string>;
  readonly revoked: ReadonlySet<string>;
  readonly profile?: string;
}

type Commits = ReadonlyMap<string, ModelCommit>;
type Names = ReadonlySet<string>;
/** What is void before the first step, and after each of the three with what rests on it. */
type Steps = readonly [Names, Names, Names, Names];
type Ask = { readonly action: ModelAction; readonly target: string };

/** All commits and those that have effect, both oldest first; `views` is void in `before` alone. */
interface History {
  readonly charter: ModelCharter;
  readonly commits: readonly ModelCommit[];
  readonly effective: readonly ModelCommit[];
  readonly before: ReadonlyMap<string, Names>;
  readonly owner: ReadonlyMap<string, string>;
  readonly views: Map<string, Steps>;
}

const ACTIONS = ['ban', 'unban', 'promote', 'demote'] as const;
const REMOVALS = ['ban', 'demote'];
const ROLE_OF = { admins: 'admin', members: 'member', invited: 'invited' } as const;
const FOLDER_OF = { admin: 'admins', member: 'members', invited: 'invited' } as const;
const LOWEST_FIRST = ['invited', 'member', 'admin'];
const STRONGEST_FIRST = ['ban', 'leave', 'demote', 'unban', 'promote', 'join', 'add', 'initial'];
const NOBODY: Names = new Set();
const NOTHING: Steps = [NOBODY, NOBODY, NOBODY, NOBODY];

function historyOf(charter: ModelCharter, set: Commits): History {
  const commits: ModelCommit[] = [];
  const before = new Map<string, Names>();
  const owner = new Map(charter.owners ?? []);
  const visit = (commit: ModelCommit): void => {
    if (before.has(commit.id)) return;
    const ancestors = new Set<string>();
    for (const id of commit.parents) {
      const parent = set.get(id);
      if (parent === undefined) throw new Error(`the set lacks ${id}, a parent of ${commit.id}`);
      visit(parent);
      for (const older of [id, ...(before.get(id) ?? [])]) ancestors.add(older);
    }
    before.set(commit.id, ancestors);
    commits.push(commit);
    owner.set(commit.device, commit.account);
  };
  for (const commit of set.values()) visit(commit);
  const history = { charter, commits, effective: commits, before, owner, views: new Map() };
  for (const commit of commits) history.views.set(commit.id, stepsOf(upTo(history, commit)));
  return history;
}

function without(history: History, gone: Names): History {
  return { ...history, effective: history.effective.filter(({ id }) => !gone.has(id)) };
}

/** The same history up to a commit, itself left out. */
function upTo(history: History, commit: ModelCommit): History {
  const older = (some: readonly ModelCommit[]) => some.filter((one) => has(history, commit, one));
  return { ...history, commits: older(history.commits), effective: older(history.effective) };
}

/** Whether `newer` has `older` among its ancestors. */
function has({ before }: History, newer: ModelCommit, older: ModelCommit): boolean {
  return before.get(newer.id)?.has(older.id) ?? false;
}

function areApart(history: History, one: ModelCommit, other: ModelCommit): boolean {
  return one.id !== other.id && !has(history, one, other) && !has(history, other, one);
}

/** What a vote or a resolution is about; nothing for any other commit. */
function askOf({ kind, action, target = '' }: ModelCommit): Ask | undefined {
  const asked = kind === 'vote' ? action : ACTIONS.find((one) => one === kind);
  return asked && { action: asked, target };
}

/** Merges have no opinion; leaves and lists "always have effect"; nothing is apart from the root. */
function isNeverVoid({ kind, revokes }: ModelCommit): boolean {
  const isList = kind === 'papers' && (revokes ?? []).length > 0;
  return isList || ['initial', 'merge', 'leave'].includes(kind);
}

/** Whether a removal's target, an account or a device, wrote this. */
function isOfTarget({ owner }: History, { target = '' }: ModelCommit, by: ModelCommit): boolean {
  return target === (owner.has(target) ? by.device : by.account);
}

function setsPlace({ charter }: History, commit: ModelCommit, account: string): boolean {
  const first = charter.mode === 0 ? [charter.creator, charter.invited] : [charter.creator];
  if (commit.kind === 'initial') return first.includes(account);
  if (commit.kind === 'join' || commit.kind === 'leave') return commit.account === account;
  return commit.kind !== 'vote' && commit.target === account;
}

/** The place that one commit gives; for bans and unbans it depends on what they found. */
function given(history: History, commit: ModelCommit, account: string): Place | undefined {
  if (commit.kind === 'leave') return undefined;
  if (commit.kind === 'add') return { place: 'invited' };
  if (commit.kind === 'promote') return { place: 'admin' };
  if (commit.kind === 'join' || commit.kind === 'demote') return { place: 'member' };
  const isCreator = account === history.charter.creator;
  if (commit.kind === 'initial') return { place: isCreator ? 'admin' : 'invited' };
  const found = placeOf(upTo(history, commit), account);
  if (commit.kind === 'unban') return found?.from ? { place: ROLE_OF[found.from] } : found;
  if (found === undefined) return { place: 'banned' };
  return found.place === 'banned' ? found : { place: 'banned', from: FOLDER_OF[found.place] };
}

function placeOf(history: History, account: string): Place | undefined {
  const setters = history.effective.filter((commit) => setsPlace(history, commit, account));
  const taken = setters.filter((one) => !setters.some((other) => has(history, other, one)));
  const removals = setters.filter(({ kind }) => kind === 'leave' || REMOVALS.includes(kind));
  const isBeaten = (one: ModelCommit) => removals.some((other) => areApart(history, one, other));
  const unbeaten = taken.filter((one) => removals.includes(one) || !isBeaten(one));
  const left = unbeaten.length > 0 ? unbeaten : taken;
  const strongest = STRONGEST_FIRST.find((kind) => left.some((commit) => commit.kind === kind));
  const winners = left.filter(({ kind }) => kind === strongest);
  const rank = (found: Place | undefined): number =>
    LOWEST_FIRST.indexOf(found?.from ? ROLE_OF[found.from] : (found?.place ?? 'none'));
  const places = winners.map((commit) => given(history, commit, account));
  return places.sort((one, other) => rank(one) - rank(other))[0];
}

function stateOf(history: History): ModelState {
  const { charter, commits, effective, owner } = history;
  const places = new Map<string, Place>();
  const named = effective.flatMap(({ account, target }) => [account, target ?? '']);
  for (const account of new Set([...named, charter.invited ?? ''])) {
    const place = owner.has(account) ? undefined : placeOf(history, account);
    if (place !== undefined) places.set(account, place);
  }
  const revoked = new Set(commits.flatMap(({ revokes = [] }) => revokes));
  const of = (kind: string, target: string) =>
    effective.filter((commit) => commit.kind === kind && commit.target === target);
  const isBanned = (device: string) =>
    of('ban', device).some((ban) => !of('unban', device).some((lift) => has(history, lift, ban)));
  const bannedDevices = new Set([...owner.keys()].filter(isBanned));
  const devices = new Set<string>();
  for (const [device, account] of owner) {
    if (!isIn(places.get(account)) || bannedDevices.has(device) || revoked.has(device)) continue;
    const leaves = effective.filter((one) => one.kind === 'leave' && one.account === account);
    const removals = [...of('ban', device), ...of('ban', account), ...leaves];
    const own = effective.filter((one) => one.device === device && one.kind !== 'leave');
    const hasSeenAll = (one: ModelCommit) => removals.every((other) => has(history, one, other));
    if (own.some(hasSeenAll)) devices.add(device);
  }
  const seats = { places, devices, bannedDevices, revoked, votes: new Set<string>() };
  for (const commit of effective) {
    const ask = askOf(commit);
    if (ask === undefined || !canStart(history, seats, ask)) continue;
    const { place, from } = places.get(ask.target) ?? {};
    const folder = place === undefined || place === 'banned' ? from : FOLDER_OF[place];
    for (const voter of votersFor(history, seats, ask)) {
      seats.votes.add(`${ask.action}/${folder ?? 'devices'}/${ask.target}/${voter}`);
    }
  }
  const profiles = effective.filter(({ kind }) => kind === 'profile');
  const last = profiles.filter((one) => !profiles.some((other) => has(history, other, one)));
  const [profile] = last.map(({ id }) => id).sort((one, other) => (one < other ? 1 : -1));
  return profile === undefined ? seats : { ...seats, profile };
}

/** The admins whose vote has effect and has seen all that happened to its target and its voter. */
function votersFor(history: History, { places }: ModelState, { action, target }: Ask): string[] {
  const { effective, owner } = history;
  const targets = [target, owner.get(target) ?? target];
  const isAnswer = (one: ModelCommit) => one.action === action && one.target === target;
  // An invitation or a joining makes or unmakes no admin.
  const isUnseen = (vote: ModelCommit, one: ModelCommit) =>
    !has(history, vote, one) &&
    (targets.some((name) => setsPlace(history, one, name)) ||
      (setsPlace(history, one, vote.account) && !['add', 'join'].includes(one.kind)));
  const votes = effective.filter((one) => one.kind === 'vote' && isAnswer(one));
  const fresh = votes.filter((vote) => !effective.some((one) => isUnseen(vote, one)));
  const voters = new Set(fresh.map(({ account }) => account));
  return [...voters].filter((voter) => places.get(voter)?.place === 'admin');
}

function isIn(place: Place | undefined): boolean {
  return place?.place === 'admin' || place?.place === 'member';
}

/** Rule 10: is the target in the state that a vote or a resolution starts from? */
function canStart({ owner }: History, state: ModelState, { action, target }: Ask): boolean {
  const isBan = action === 'ban' && state.devices.has(target);
  if (owner.has(target)) return isBan || (action === 'unban' && state.bannedDevices.has(target));
  const start = { unban: ['banned'], promote: ['member'], demote: ['admin'], ban: LOWEST_FIRST };
  return start[action].includes(state.places.get(target)?.place ?? 'none');
}

/** Rule 11: "strictly more than half of those admins, the target among them". */
function hasMajority(older: History, state: ModelState, ask: Ask, struck = NOBODY): boolean {
  const voters = votersFor(older, state, ask).filter((voter) => !struck.has(voter));
  const seats = [...state.places.values()].filter(({ place }) => place === 'admin');
  return 2 * voters.length > seats.length;
}

/** Rules 4 and 6 to 12, in the state that the ancestors come to, perhaps with void ones left out. */
function ruleFault(older: History, commit: ModelCommit, isLeftOut: boolean): string | undefined {
  const { charter, owner } = older;
  const { kind, account, device, target = '' } = commit;
  const state = stateOf(older);
  const place = state.places.get(account);
  const isAdmin = place?.place === 'admin';
  if (kind !== 'join' && !isIn(place)) return '4: the author is neither admin nor member';
  if (state.bannedDevices.has(device) || state.revoked.has(device)) return '4: the device is out';
  if (kind === 'text' || kind === 'papers' || kind === 'merge') return undefined;
  const original = older.commits.find(({ id }) => id === commit.of);
  if (kind === 'edit') return original?.account === account ? undefined : '6: not his own';
  if (kind === 'add') {
    if (target === account) return '7: invites himself';
    if (state.places.has(target)) return '7: is in the group or banned';
    if (charter.mode === 1 && !isAdmin) return '7: only an admin invites in mode 1';
    const isOfTwo = target === charter.invited || target === charter.creator;
    return isOfTwo || charter.mode !== 0 ? undefined : '7: a third one in mode 0';
  }
  const mayJoin = place ? place.place === 'invited' : charter.mode === 3;
  if (kind === 'join') return mayJoin ? undefined : '8: is not invited';
  if (kind === 'leave') return [account, ''].includes(target) ? undefined : '9: not himself';
  const isForAll = charter.profileBy === 'member' || charter.flat;
  if (kind === 'profile') return isAdmin || isForAll ? undefined : '12: is no admin';
  const ask = askOf(commit);
  if (ask === undefined) return '14: unknown kind';
  if (charter.mode === 0 || charter.flat) return '10: no votes in this group';
  if (!isAdmin) return '10: the author is no admin';
  const startsAnywhere = isLeftOut && ask.action === 'promote'; // It "doesn't ask how" he got in.
  if (!startsAnywhere && !canStart(older, state, ask)) return '10: the target is elsewhere';
  if (kind !== 'vote') return hasMajority(older, state, ask) ? undefined : '11: no majority';
  if ((owner.get(target) ?? target) === account) return '10: votes on himself';
  return votersFor(older, state, ask).includes(account) ? '10: votes twice' : undefined;
}

/** Step 1, "beside": wrote on old parents beside his own acts, which the removal has seen. */
function isBeside(history: History, commit: ModelCommit): boolean {
  const isApart = (one: ModelCommit) => areApart(history, one, commit);
  const isOwn = (removal: ModelCommit, act: ModelCommit) =>
    askOf(act) !== undefined && isOfTarget(history, removal, act) && isApart(removal);
  const removals = history.commits.filter(({ kind }) => REMOVALS.includes(kind));
  const ofHim = removals.filter((removal) => isOwn(removal, commit));
  return ofHim.some((removal) =>
    upTo(history, removal).commits.some((other) => isOwn(removal, other) && isApart(other)),
  );
}

/** Step 1, "revoked": apart from the entry, and nobody who was there has built on it. */
function isUnsaid(history: History, commit: ModelCommit, gone: Names): boolean {
  const lists = history.commits.filter(({ revokes }) => revokes?.includes(commit.device));
  const entries = lists.filter((one) => areApart(history, one, commit));
  if (isNeverVoid(commit) || entries.length === 0) return false;
  const there = stateOf(seenBy(history, commit, gone, 1)).places;
  const builtOn = history.commits.filter((one) => has(history, one, commit));
  const byOthers = builtOn.filter(({ account }) => account !== commit.account);
  const tookUp = byOthers.filter((one) => one.kind !== 'merge' && isIn(there.get(one.account)));
  return entries.some((entry) => !tookUp.some((one) => areApart(history, one, entry)));
}

/** Step 2: no majority without the votes of those whom a removal apart from it struck. */
function failsRecount(history: History, commit: ModelCommit, gone: Names): boolean {
  const ask = commit.kind === 'vote' ? undefined : askOf(commit);
  const removals = history.commits.filter(({ kind }) => REMOVALS.includes(kind));
  const apart = removals.filter((one) => !gone.has(one.id) && areApart(history, one, commit));
  const struck = new Set(apart.map(({ target }) => target ?? ''));
  if (ask === undefined || struck.size === 0) return false;
  const older = seenBy(history, commit, gone, 1);
  return !hasMajority(older, stateOf(older), ask, struck);
}

/** Step 3: by the target of a standing ban, apart from it. */
function isCut(history: History, commit: ModelCommit, gone: Names): boolean {
  if (isNeverVoid(commit) || askOf(commit) !== undefined) return false;
  const bans = history.commits.filter(({ id, kind }) => kind === 'ban' && !gone.has(id));
  return bans.some((ban) => isOfTarget(history, ban, commit) && areApart(history, ban, commit));
}

/**
 * Its ancestors without what the whole set says is void after so many steps, and for steps still
 * to come without what they say themselves: else who mends what a later step voids would be void.
 */
function seenBy(history: History, commit: ModelCommit, gone: Names, step: 0 | 1 | 2 | 3): History {
  const own = history.views.get(commit.id) ?? NOTHING;
  const later = [...own[3]].filter((id) => !own[step].has(id));
  return without(upTo(history, commit), new Set([...gone, ...later]));
}

/** One pass, oldest first: what doesn't hold by its own rule without the void ones. */
function withWhatRests(history: History, found: Iterable<string>, step: 1 | 2 | 3): Names {
  const gone = new Set(found);
  const named = ({ effective }: History) => effective.map(({ id }) => id).join();
  for (const commit of history.commits) {
    if (gone.has(commit.id) || isNeverVoid(commit)) continue;
    const older = seenBy(history, commit, gone, step);
    // Else nothing else is void than when it was written: it holds, being valid.
    const isOther = named(older) !== named(seenBy(history, commit, NOBODY, 0));
    const falls = isOther && ruleFault(older, commit, true) !== undefined;
    if (falls || (step === 1 && isUnsaid(history, commit, gone))) gone.add(commit.id);
  }
  return gone;
}

function stepsOf(history: History): Steps {
  const { commits, before } = history;
  if (commits.every(({ id }, index) => before.get(id)?.size === index)) return NOTHING;
  const found = (isVoid: typeof isCut, gone: Names) => [
    ...gone,
    ...commits.filter((commit) => isVoid(history, commit, gone)).map(({ id }) => id),
  ];
  const one = withWhatRests(history, found(isBeside, NOBODY), 1);
  const two = withWhatRests(history, found(failsRecount, one), 2);
  return [NOBODY, one, two, withWhatRests(history, found(isCut, two), 3)];
}

/** The commits of this set that have no effect in it; never a merge. */
export function voidIn(charter: ModelCharter, commits: Commits): Names {
  return stepsOf(historyOf(charter, commits))[3];
}

/** What the set comes to: total, and a function of the set alone. */
export function resolveModel(charter: ModelCharter, commits: Commits): ModelState {
  const history = historyOf(charter, commits);
  return stateOf(without(history, stepsOf(history)[3]));
}

/** Why an honest device refuses this commit, by the number of the rule, given all its ancestors. */
export function breaksRule(
  charter: ModelCharter,
  ancestors: Commits,
  commit: ModelCommit,
): string | undefined {
  const { kind, account, device, parents, revokes = [], brings } = commit;
  const isRoot = kind === 'initial' && account === charter.creator;
  if (ancestors.size + parents.length === 0) return isRoot ? undefined : '2: no root';
  if (kind === 'initial') return '2: a second root';
  const [one, other] = parents.map((id) => ancestors.get(id));
  if (parents.length !== (kind === 'merge' ? 2 : 1)) return '13: only a merge has two parents';
  if (parents.some((id) => !ancestors.has(id))) return '1: a parent is missing';
  const older = historyOf(charter, ancestors);
  if (one && other && !areApart(older, one, other)) return '13: the parents are not apart';
  const isForeign = (name: string) => (older.owner.get(name) ?? account) !== account;
  if (isForeign(device) || revokes.some(isForeign)) return '5: not of this account';
  if (kind === 'leave' && (brings || revokes.length > 0)) return '5: a leave brings nothing';
  const seen = without(older, stepsOf(older)[3]);
  const isOut = kind === 'ban' && [account, device].includes(commit.target ?? '');
  const isThere = brings || kind === 'join' || stateOf(seen).devices.has(device);
  const fault = isOut || !isThere ? '3: no device certificate' : undefined;
  return ruleFault(seen, commit, false) ?? fault;
}
