import { invariant } from '@covey/errors';
import type { ObjectReader, Oid } from '@covey/git-objects';
import type { Act } from './act.ts';
import { actOf } from './act-of.ts';
import { Apart } from './apart.ts';
import {
  type Entry,
  exclusive,
  inDisplayOrder,
  isAncestor,
  NOTHING_VOID,
  type Stages,
} from './entry.ts';
import type { Charter, Facts, Profile, Related } from './facts.ts';
import { GroupState } from './group-state.ts';
import { judge } from './judge.ts';
import { text } from './kinds.ts';
import { loadFacts, type Standing } from './load-facts.ts';
import { materialize } from './materialize.ts';
import { type Crypto, Papers } from './papers.ts';
import { pathRegisters } from './path-registers.ts';
import { brokenTree, isBreak, type Prepared, type PrepareOptions, prepare } from './prepare.ts';
import { resolve } from './resolve.ts';
import type { Break } from './rule.ts';
import { Seen } from './seen.ts';
import { targetOf } from './timeline.ts';
import { Voids } from './voids.ts';

/** A state with its name: `tree` is what `materialize` makes of it. */
export interface Resolved {
  readonly tree: Oid;
  readonly state: GroupState;
}

export type Judged = { readonly entry: Entry } | { readonly broken: Break };

const NONE: readonly never[] = [];
const UNRELATED: ReadonlyMap<string, Related> = new Map();
const RELATIONS = ['edit', 'reply-to', 'react-to'];

/**
 * The judged commits of one conversation, and what they come to. Grows only: a commit is judged when
 * all its parents are in. What is judged for a fetch goes into a draft first, and is adopted whole or not at all.
 */
export class History {
  readonly profile: Profile;
  readonly papers: Papers;
  readonly #base: History | undefined;
  readonly #entries = new Map<Oid, Entry>();
  readonly #ordered: Entry[] = [];
  /** Edits and reactions by what they are about. */
  readonly #about = new Map<string, Entry[]>();
  readonly #acts: Act[];
  /** Those of the acts that brought a revocation list. */
  readonly #lists: Act[];
  readonly #heads: Set<Entry>;
  readonly #apart: Apart;
  #voids: { readonly id: string; readonly voids: Voids } | undefined;
  /** The state of some tips hung on messages once (see {@link Voids.effectOn}): acts don't tell it alone. */
  #hangsOnMessages: boolean;
  #root: Entry | undefined;
  #charter: Charter | undefined;

  constructor(crypto: Crypto, { profile }: { profile: Profile }, base?: History) {
    this.profile = profile;
    this.papers = base?.papers ?? new Papers(crypto);
    this.#base = base;
    this.#acts = [...(base?.acts ?? [])];
    this.#lists = this.#acts.filter(({ crl }) => crl);
    this.#heads = new Set(base?.heads ?? []);
    this.#apart = new Apart(base ? base.#apart : undefined);
    this.#hangsOnMessages = base ? base.#hangsOnMessages : false;
    this.#root = base?.root;
    this.#charter = base?.charter;
  }

  /** A history on top of this one, which must not grow before the draft is adopted or dropped. */
  draft(): History {
    return new History(this.papers.crypto, { profile: this.profile }, this);
  }

  /** Takes in all that a draft of this history has. */
  adopt(draft: History): readonly Entry[] {
    invariant(draft.#base === this, 'a draft is adopted by the history it was made from');
    const added = [...draft.#entries.values()];
    for (const entry of added) this.#add(entry);
    this.#charter = draft.#charter;
    this.#hangsOnMessages ||= draft.#hangsOnMessages;
    return added;
  }

  get root(): Entry | undefined {
    return this.#root;
  }

  get charter(): Charter | undefined {
    return this.#charter;
  }

  get acts(): readonly Act[] {
    return this.#acts;
  }

  get size(): number {
    return this.#entries.size + (this.#base?.size ?? 0);
  }

  /** Commits that no other one has as parent, in display order. */
  get heads(): readonly Entry[] {
    return [...this.#heads].sort(inDisplayOrder);
  }

  entry(oid: string): Entry | undefined {
    // An unknown string is just not in the map.
    return this.#entries.get(oid as Oid) ?? this.#base?.entry(oid);
  }

  /** All commits, in no order. */
  *entries(): Generator<Entry> {
    if (this.#base) yield* this.#base.entries();
    yield* this.#entries.values();
  }

  /** The commits that were taken in here (of a draft: not those of its base), in display order. */
  get ordered(): readonly Entry[] {
    return this.#ordered;
  }

  /** Edits of a commit and reactions to it that were taken in here, in display order. */
  about(oid: Oid): readonly Entry[] {
    return this.#about.get(oid) ?? [];
  }

  /** Reads and judges one commit whose parents are in, and takes it in when it is accepted. */
  async judge(oid: Oid, reader: ObjectReader, options: PrepareOptions = {}): Promise<Judged> {
    const prepared = await prepare(oid, reader, this.papers, options);
    return isBreak(prepared) ? { broken: prepared } : this.judgePrepared(prepared, reader);
  }

  async judgePrepared(prepared: Prepared, reader: ObjectReader): Promise<Judged> {
    const known = prepared.commit.parents.map((oid) => {
      const parent = this.entry(oid);
      invariant(parent, 'parents are judged before their children');
      return parent;
    });
    const before = this.#knownBefore(known) ?? (await this.#before(known, prepared.after, reader));
    const standing = this.#standing(prepared, known, before);
    let facts: Facts;
    try {
      facts = await loadFacts(prepared, standing, reader, this.papers);
    } catch (reason) {
      return { broken: brokenTree(reason) };
    }
    const verdict = judge(facts);
    if (!verdict.accepted) {
      const { rule, found, path } = verdict;
      return { broken: { rule, found, ...(path === undefined ? {} : { path }) } };
    }
    const seen = known.reduce((union, parent) => union.union(parent.seen), Seen.NONE);
    const { kind } = prepared.content;
    // Most commits are messages, and change nothing.
    const act =
      facts.before === facts.after && kind !== 'profile'
        ? undefined
        : await actOf(facts, prepared, this.#acts.length, seen, reader, this.papers);
    const entry: Entry = {
      oid: prepared.oid,
      parents: known,
      height: 1 + known.reduce((highest, { height }) => Math.max(highest, height), -1),
      content: prepared.content,
      uri: facts.uri,
      device: facts.device,
      name: this.papers.texts.keep(prepared.commit.author.name),
      time: prepared.commit.author.time,
      latestTime: known.reduce(
        (latest, parent) => Math.max(latest, parent.latestTime),
        prepared.commit.author.time,
      ),
      // As the parent has it: the text of a commit's own header would keep all of the header.
      tree:
        known.find(({ tree }) => tree === prepared.commit.tree)?.tree ??
        this.papers.texts.keep(prepared.commit.tree),
      seen: act ? seen.with(act.index) : seen,
      ...(act ? { act } : {}),
      stages: this.#stagesOf(known),
      deviations: verdict.deviations.length > 0 ? verdict.deviations : NONE,
    };
    this.#add(entry);
    if (known.length === 0) this.#charter = charterOf(entry);
    return { entry };
  }

  /** The resolved state of some commits (default: the heads) and all their ancestors. */
  async resolved(reader: ObjectReader, tips: readonly Entry[] = this.heads): Promise<Resolved> {
    const widest = this.#widest(tips);
    // What all others changed, this one has seen: its own tree is the state.
    if (widest) return { tree: widest.tree, state: await this.papers.state(widest.tree, reader) };
    const voids = this.voids(tips);
    const effect = voids.effectOn(tips, () => {
      this.#hangsOnMessages = true;
    });
    const files = resolve(this.#actsIn(tips), effect);
    const state = new GroupState(files);
    const { tree } = materialize(files, this.papers.digests);
    this.papers.remember(tree, state);
    return { tree, state };
  }

  /** What of these commits (default: the heads) and all their ancestors has no effect, and why. */
  voids(tips: readonly Entry[] = this.heads): Voids {
    if (this.profile === 'jami' || !this.#charter) return Voids.NONE;
    const key = tips.map(({ oid }) => oid).join(' ');
    const isAll = tips.length === this.#heads.size && tips.every((tip) => this.#heads.has(tip));
    // Of all commits it changes only with what is written beside removals, and by acts.
    const id = isAll ? `${this.#acts.length} ${this.#apart.pairs}` : key;
    const known = [this.#voids, this.#base ? this.#base.#voids : undefined].find(
      (each) => each?.id === id,
    );
    const voids =
      known?.voids ??
      Voids.of(tips, this.#actsIn(tips), {
        ...{ heads: this.heads, charter: this.#charter, apart: this.#apart },
        entry: (oid) => this.entry(oid),
      });
    this.#voids = { id, voids };
    return voids;
  }

  /** The tip that has seen all acts, if messages that it hasn't seen can't change what these come to. */
  #widest(tips: readonly Entry[]): Entry | undefined {
    const widest = tips.find((tip) => tips.every((other) => tip.seen.includes(other.seen)));
    if (!widest || tips.length === 1 || this.profile === 'jami') return widest;
    // A message that it lacks, beside a revocation that it has, can be the witness of what was written apart from that.
    const lists = this.#lists.filter(({ index }) => widest.seen.has(index));
    const hangs =
      this.#hangsOnMessages ||
      (lists.length > 0 &&
        exclusive(tips, [widest]).some(({ seen }) => lists.some(({ index }) => !seen.has(index))));
    return hangs ? undefined : widest;
  }

  /** What of these commits and their ancestors is void, step by step. */
  #stagesOf(parents: readonly Entry[]): Stages {
    const [only] = parents;
    if (!only || this.profile === 'jami') return NOTHING_VOID;
    const widest = parents.length === 1 ? only : this.#widest(parents);
    return (widest ?? this.voids(parents)).stages;
  }

  #actsIn(tips: readonly Entry[]): readonly Act[] {
    const seen = tips.reduce((union, tip) => union.union(tip.seen), Seen.NONE);
    return [...seen].map((index) => this.#acts[index] as Act); // Every seen index is an act.
  }

  #standing(prepared: Prepared, parents: readonly Entry[], before: GroupState): Standing {
    const { content } = prepared;
    const apart =
      parents.length > 1 &&
      new Set(parents).size === parents.length &&
      !parents.some((one) => parents.some((other) => one !== other && isAncestor(one, [other])));
    let related: ReadonlyMap<string, Related> = UNRELATED;
    for (const key of RELATIONS) {
      const named = key in content.fields && this.entry(text(content.fields, key));
      if (named && isAncestor(named, parents)) related = new Map([...related, [named.oid, named]]);
    }
    return {
      profile: this.profile,
      charter: this.#charter,
      before,
      apart,
      related,
      revoked: this.#isRevoked(prepared, parents),
      serialsOf: (device, uri) => this.serialsOf(device, uri, parents),
    };
  }

  /**
   * Named by any list among the ancestors, with any certificate that it ever had there: neither a later list that
   * leaves it out nor another certificate of the same key brings a device back.
   */
  #isRevoked({ author }: Prepared, parents: readonly Entry[]): boolean {
    const { uri, device, certificate } = author;
    const lists = this.#lists.filter(
      ({ index, crl }) => crl?.uri === uri && parents.some(({ seen }) => seen.has(index)),
    );
    if (lists.length === 0) return false;
    const serials = [certificate?.serialHex ?? '', ...this.serialsOf(device, uri, parents)];
    return lists.some(({ crl }) => serials.some((serial) => crl?.revoked.has(serial)));
  }

  /** Serials of all certificates that a device of an account brought among these commits and their ancestors. */
  serialsOf(device: string, uri: string, tips: readonly Entry[]): readonly string[] {
    return this.#acts.flatMap(({ index, paper }) => {
      const isIts = paper?.device === device && paper.uri === uri;
      return isIts && tips.some(({ seen }) => seen.has(index)) ? [paper.serial] : [];
    });
  }

  /** Of one parent its own tree is the state. */
  #knownBefore(parents: readonly Entry[]): GroupState | undefined {
    if (parents.length > 1) return undefined;
    const parent = parents[0];
    return parent ? this.papers.knownState(parent.tree) : GroupState.EMPTY;
  }

  async #before(
    parents: readonly Entry[],
    after: GroupState,
    reader: ObjectReader,
  ): Promise<GroupState> {
    const parent = parents[0];
    if (parent && parents.length === 1) return this.papers.state(parent.tree, reader);
    const widest = this.#widest(parents);
    if (this.profile === 'strict' || widest) return (await this.resolved(reader, parents)).state;
    // Where two sides of a foreign history set one path apart, either value is as good.
    const files = new Map<string, Oid>();
    for (const [path, values] of pathRegisters(this.#actsIn(parents))) {
      const now = after.files.get(path);
      const value = values.has(now) ? now : [...values][0];
      if (value !== undefined) files.set(path, value);
    }
    return new GroupState(files);
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.oid, entry);
    place(entry, this.#ordered);
    const target = targetOf(entry);
    if (target !== undefined) {
      const about = this.#about.get(target) ?? [];
      place(entry, about);
      this.#about.set(target, about);
    }
    if (entry.act) {
      invariant(
        entry.act.index === this.#acts.length,
        'acts are numbered in the order in which they come',
      );
      this.#acts.push(entry.act);
      if (entry.act.crl) this.#lists.push(entry.act);
    }
    this.#apart.add(entry, this.#heads);
    for (const parent of entry.parents) this.#heads.delete(parent);
    this.#heads.add(entry);
    this.#root ??= entry;
  }
}

/** Mostly at the end: what comes late goes in front of what is higher. */
function place(entry: Entry, ordered: Entry[]): void {
  let at = ordered.length;
  while (at > 0 && inDisplayOrder(ordered[at - 1] as Entry, entry) > 0) at--; // Within bounds by the loop.
  if (at === ordered.length) ordered.push(entry);
  else ordered.splice(at, 0, entry);
}

function charterOf({ content: { fields }, uri }: Entry): Charter {
  const invited = text(fields, 'invited');
  return {
    mode: fields['mode'] as Charter['mode'], // Judged by initial/charter.
    creator: uri,
    ...(invited === '' ? {} : { invited }),
    flat: fields['flat'] === true,
    profileBy: fields['profile'] === 'member' ? 'member' : 'admin',
  };
}
