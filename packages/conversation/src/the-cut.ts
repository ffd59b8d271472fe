import type { Oid } from '@covey/git-objects';
import { isDeviceId } from '@covey/identity';
import { type Act, apart, sees } from './act.ts';
import type { Entry, Stages } from './entry.ts';
import type { Charter } from './facts.ts';
import type { CommitKind } from './kinds.ts';
import type { VotePath } from './layout.ts';
import { type PaperAct, Registers, type View } from './registers.ts';
import { Seen } from './seen.ts';

/** The steps in which void commits are found (authority.md, the cut), and what rests on them. */
export type VoidStep = 'beside' | 'revoked' | 'recount' | 'cut' | 'rests';

/** Why a commit has no effect. */
export interface VoidReason {
  readonly step: VoidStep;
  /** The ban, demotion or revocation that it falls by; of what rests on another void commit, nothing. */
  readonly by?: Oid;
  /** What was found, in words. */
  readonly found: string;
  /** Of a recount: accounts whose votes were left out. */
  readonly struck?: readonly string[];
}

/** A set of commits, as far as the cut asks about it. */
export interface CutSet {
  /** Parents before children. */
  readonly acts: readonly Act[];
  readonly charter: Charter;
  /** Commits of the set that are apart from this act. */
  apartFrom(act: Act): Iterable<Entry>;
  isApart(entry: Entry, act: Act): boolean;
  /** The commit of an act. */
  entryOf(act: Act): Entry;
  /** Is `earlier` among the ancestors of `later`? */
  sees(later: Entry, earlier: Entry): boolean;
}

/** Never void: a merge has no opinion, a leave always has effect, and nothing is apart from the root. */
const ALWAYS: ReadonlySet<CommitKind> = new Set(['merge', 'leave', 'initial']);
const RESOLUTIONS: ReadonlySet<CommitKind> = new Set(['ban', 'unban', 'promote', 'demote']);

interface Removal {
  readonly act: Act;
  readonly op: 'ban' | 'demotion';
  /** An account, or a device. */
  readonly target: string;
}

/** What of a set of commits is void, found in three fixed steps; none is repeated. */
export class Cut {
  readonly registers: Registers;
  readonly #set: CutSet;
  readonly #removals: readonly Removal[];
  readonly #acts = new Map<Act, VoidReason>();
  /** Messages of revoked devices. */
  readonly #messages = new Map<Entry, VoidReason>();
  readonly #views = new Map<Seen, WeakMap<Seen, View>>();
  #voided = Seen.NONE;
  /** Void acts after each step. */
  #first = Seen.NONE;
  #second = Seen.NONE;

  private constructor(set: CutSet) {
    this.#set = set;
    this.registers = new Registers(set.acts);
    this.#removals = set.acts.flatMap(removalsIn);
  }

  static of(set: CutSet): Cut {
    const cut = new Cut(set);
    cut.#beside();
    cut.#whatRests(0, (act) => cut.#unsaidBy(cut.#set.entryOf(act), cut.#voided));
    cut.#first = cut.#voided;
    cut.#recount();
    cut.#whatRests(1);
    cut.#second = cut.#voided;
    cut.#cutOff();
    cut.#whatRests(2);
    cut.#unsaidMessages();
    return cut;
  }

  /** Void acts after each step. */
  get stages(): Stages {
    return [this.#first, this.#second, this.#voided];
  }

  /** Why a commit of the set has no effect; `undefined` when it has. Merges have none of their own, and are never void. */
  reasonOf(entry: Entry): VoidReason | undefined {
    if (entry.act) return this.#acts.get(entry.act);
    if (ALWAYS.has(entry.content.kind)) return undefined;
    return (
      this.#messages.get(entry) ??
      this.#restsOn(entry, 0) ??
      this.#restsOn(entry, 1) ??
      this.#cutBy(entry) ??
      this.#restsOn(entry, 2)
    );
  }

  /** Step 1: who wrote on old parents beside acts of his own that a removal has seen has no say against it. */
  #beside(): void {
    const decisions = this.#set.acts.filter(isDecision);
    for (const { act: removal, target } of this.#removals) {
      const own = decisions.filter(({ uri, device }) => uri === target || device === target);
      const known = own.filter((act) => sees(removal, act));
      for (const act of own) {
        const other = apart(act, removal) && known.find((one) => apart(one, act));
        if (!other) continue;
        const found = `stands apart from the removal and from ${other.oid}, which the removal has seen`;
        this.#void(act, { step: 'beside', by: removal.oid, found });
      }
    }
  }

  /** Step 1, once it is known which acts are void: the same for messages. */
  #unsaidMessages(): void {
    for (const list of this.registers.lists) {
      for (const entry of this.#set.apartFrom(list)) {
        if (entry.act || ALWAYS.has(entry.content.kind)) continue;
        const reason = this.#unsaidBy(entry, this.#first);
        if (reason) this.#messages.set(entry, reason);
      }
    }
  }

  /**
   * Step 1: what a revoked device wrote apart from the list, unless others who were there have built on it. Who was
   * there by a void commit alone wasn't: else a thief would let a witness in first.
   */
  #unsaidBy(entry: Entry, voided: Seen): VoidReason | undefined {
    for (const list of this.registers.lists) {
      if (!this.#isRevokedBy(list, entry) || !this.#isApart(entry, list)) continue;
      if (this.#isTakenUp(entry, list, voided)) continue;
      const found = 'by a revoked device, and nobody took it up';
      return { step: 'revoked', by: list.oid, found };
    }
    return undefined;
  }

  #isRevokedBy({ crl }: Act, { uri, device }: Entry): boolean {
    if (crl?.uri !== uri) return false;
    const papers = this.registers.papers.get(device) ?? [];
    return papers.some(({ paper }) => paper.uri === uri && crl.revoked.has(paper.serial));
  }

  /** Merges are no witnesses: else a merge could change what is void. */
  #isTakenUp(entry: Entry, list: Act, voided: Seen): boolean {
    const before = entry.act?.before ?? entry.seen;
    const view = this.registers.view(before, leftOut(entry, 0, voided));
    for (const witness of this.#set.apartFrom(list)) {
      if (witness.uri === entry.uri || witness.content.kind === 'merge') continue;
      if (!this.#set.sees(witness, entry)) continue;
      if (view.isWriter(witness.uri)) return true;
    }
    return false;
  }

  /** Step 2: a resolution needs its majority without the admins that were removed apart from it. */
  #recount(): void {
    const standing = this.#removals.filter(({ act }) => !this.#voided.has(act.index));
    const fallen: [Act, VoidReason][] = [];
    for (const act of this.#set.acts) {
      if (!act.decision || this.#voided.has(act.index)) continue;
      const view = this.registers.view(
        act.before,
        leftOut(this.#set.entryOf(act), 0, this.#voided),
      );
      const voters = this.#votersFor(act.decision, view);
      const by = voters.map((voter) =>
        standing.find(({ act: removal, target }) => target === voter && apart(removal, act)),
      );
      const struck = voters.filter((_, at) => by[at] !== undefined);
      const removal = by.find((one) => one !== undefined)?.act.oid;
      if (removal === undefined || 2 * (voters.length - struck.length) > view.admins.size) continue;
      const found = `${voters.length - struck.length} of ${view.admins.size} admins without those who were removed apart from it`;
      fallen.push([act, { step: 'recount', by: removal, found, struck }]);
    }
    for (const [act, reason] of fallen) this.#void(act, reason);
  }

  /** Step 3: what the targets of standing bans wrote apart from these. */
  #cutOff(): void {
    for (const act of this.#set.acts) {
      if (isExempt(act) || isDecision(act) || this.#voided.has(act.index)) continue;
      const reason = this.#cutBy(this.#set.entryOf(act));
      if (reason) this.#void(act, reason);
    }
  }

  #cutBy(entry: Entry): VoidReason | undefined {
    for (const { act, op, target } of this.#removals) {
      if (op !== 'ban' || (target !== entry.uri && target !== entry.device)) continue;
      if (this.#second.has(act.index)) continue;
      if (!this.#isApart(entry, act)) continue;
      return { step: 'cut', by: act.oid, found: 'its author was banned apart from it' };
    }
    return undefined;
  }

  /** In one pass, oldest first: what doesn't hold in the state that its ancestors come to without the void ones. */
  #whatRests(step: 0 | 1 | 2, isVoid?: (act: Act) => VoidReason | undefined): void {
    for (const act of this.#set.acts) {
      if (isExempt(act) || this.#voided.has(act.index)) continue;
      const reason = isVoid?.(act);
      const found = reason ? undefined : this.#failingNow(act, step);
      if (reason) this.#void(act, reason);
      else if (found !== undefined) this.#void(act, { step: 'rests', found });
    }
  }

  /** It was valid when it was written: where nothing else is void by now it still holds. */
  #failingNow(act: Act, step: 0 | 1 | 2): string | undefined {
    const entry = this.#set.entryOf(act);
    const now = leftOut(entry, step, this.#voided).and(act.before);
    if (now.includes(entry.stages[2]) && entry.stages[2].includes(now)) return undefined;
    const view = this.registers.view(act.before, now, (paper, after) =>
      isUsed(paper, after, entry.parents, (one) => this.#isVoidBy(one, step)),
    );
    return this.#failing(act, view);
  }

  /** Is a commit void by what is known in the middle of a step? */
  #isVoidBy(entry: Entry, step: 0 | 1 | 2): boolean {
    if (entry.act) return this.#voided.has(entry.act.index);
    if (ALWAYS.has(entry.content.kind)) return false;
    const isOut = ([0, 1, 2] as const).slice(0, step + 1).some((each) => {
      const voided = leftOut(entry, each, each === step ? this.#voided : this.stages[each]);
      return notInStanding(entry.uri, entry.device, this.registers.view(entry.seen, voided));
    });
    if (isOut || (step === 2 && this.#cutBy(entry))) return true;
    return this.#unsaidBy(entry, step === 0 ? this.#voided : this.#first) !== undefined;
  }

  #restsOn(entry: Entry, step: 0 | 1 | 2): VoidReason | undefined {
    const found = notInStanding(entry.uri, entry.device, this.#viewOf(entry, step));
    return found === undefined ? undefined : { step: 'rests', found };
  }

  /** Why an act doesn't hold by its own rule. How the target of a promotion became a member isn't asked. */
  #failing(act: Act, view: View): string | undefined {
    const { uri, device, kind } = act;
    const { mode, flat, profileBy } = this.#set.charter;
    if (kind === 'join') {
      const { to } = view.standing(uri);
      if (to === 'invited' || (to === undefined && mode === 3)) return undefined;
      return to === undefined ? 'nobody invited it' : `the account is ${to}`;
    }
    const unlawful = notInStanding(uri, device, view);
    if (unlawful !== undefined) return unlawful;
    const onlyAdmins =
      isDecision(act) ||
      (kind === 'add' && mode === 1) ||
      (kind === 'profile' && profileBy === 'admin' && !flat);
    if (onlyAdmins && !view.isAdmin(uri)) return 'its author is no admin';
    if (kind === 'add') {
      const there = act.places.some((setting) => view.standing(setting.uri).to !== undefined);
      return there ? 'whom it invites is in the group or banned' : undefined;
    }
    const question = act.decision ?? act.vote;
    if (!question) return undefined;
    if (question.action !== 'promote' && !isWhereItStarts(question, view)) {
      return 'its target is not where it starts from';
    }
    const voters = this.#votersFor(question, view);
    if (act.vote) return voters.includes(uri) ? 'has voted already' : undefined;
    if (2 * voters.length > view.admins.size) return undefined;
    return `${voters.length} of ${view.admins.size} admins`;
  }

  /** Admins whose votes on a question have effect. */
  #votersFor(question: Question, view: View): readonly string[] {
    const owner = this.registers.ownerOf(question.target);
    const cast = this.registers
      .votesOn(question)
      .filter((act) => view.holds(act) && view.isAdmin(act.uri) && view.isCurrent(act, owner));
    return [...new Set(cast.map(({ uri }) => uri))];
  }

  /** What a message's ancestors come to after a step. Messages in a row have seen the same. */
  #viewOf(entry: Entry, step: 0 | 1 | 2): View {
    const voided = this.stages[step];
    const views = this.#views.get(voided) ?? new WeakMap<Seen, View>();
    this.#views.set(voided, views);
    const view =
      views.get(entry.seen) ?? this.registers.view(entry.seen, leftOut(entry, step, voided));
    views.set(entry.seen, view);
    return view;
  }

  #isApart(entry: Entry, act: Act): boolean {
    if (entry.act) return apart(entry.act, act);
    return this.#set.isApart(entry, act);
  }

  #void(act: Act, reason: VoidReason): void {
    if (this.#voided.has(act.index)) return;
    this.#voided = this.#voided.with(act.index);
    this.#acts.set(act, reason);
  }
}

function removalsIn(act: Act): readonly Removal[] {
  const removals: Removal[] = [];
  for (const { op, uri } of act.places) {
    if (op === 'ban' || op === 'demotion') removals.push({ act, op, target: uri });
  }
  if (act.deviceBan?.op === 'ban') {
    removals.push({ act, op: 'ban', target: act.deviceBan.device });
  }
  return removals;
}

/** Has that device written anything that isn't void, but a leave, that has its certificate and `after` among its ancestors? */
export function isUsed(
  { index, device }: PaperAct,
  after: readonly Act[],
  tips: readonly Entry[],
  isVoid: (entry: Entry) => boolean,
): boolean {
  const met = new Set<Entry>();
  const open = [...tips];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (met.has(entry) || !entry.seen.has(index)) continue;
    met.add(entry);
    const { seen, content } = entry;
    const isCandidate = entry.device === device && content.kind !== 'leave';
    if (isCandidate && after.every((act) => seen.has(act.index)) && !isVoid(entry)) return true;
    open.push(...entry.parents);
  }
  return false;
}

/**
 * What the whole set says is void by the steps up to this one, and what a commit's ancestors say themselves is void by the
 * steps to come: else who mends what a later step voids would be void for it.
 */
function leftOut({ stages }: Entry, step: 0 | 1 | 2, voided: Seen): Seen {
  return voided.union(stages[2].minus(stages[step]));
}

function notInStanding(uri: string, device: string, view: View): string | undefined {
  if (!view.isWriter(uri)) return 'its author is neither admin nor member';
  return view.bansOf(device).length > 0 ? 'its device is banned' : undefined;
}

/** Rule 10: is the target in the state that the question starts from? */
function isWhereItStarts({ action, target }: Question, view: View): boolean {
  if (isDeviceId(target)) {
    return action === 'ban' ? view.hasDevice(target) : view.bansOf(target).length > 0;
  }
  const { to } = view.standing(target);
  switch (action) {
    case 'ban':
      return to === 'admin' || to === 'member' || to === 'invited';
    case 'unban':
      return to === 'banned';
    case 'promote':
      return to === 'member';
    case 'demote':
      return to === 'admin';
  }
}

type Question = Pick<VotePath, 'action' | 'target'>;

const isDecision = ({ kind }: Act) => kind === 'vote' || RESOLUTIONS.has(kind);

/** A list has effect whoever wrote it; what carries nothing else has it too. */
const isExempt = ({ kind, crl }: Act) =>
  ALWAYS.has(kind) || (kind === 'papers' && crl !== undefined);
