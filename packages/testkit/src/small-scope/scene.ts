import {
  Composition,
  type Entry,
  type GroupState,
  History,
  type Intent,
  layout,
  materialize,
  type Resolved,
} from '@covey/conversation';
import { CoveyError } from '@covey/errors';
import { commitPayload, MemoryObjectStore, type ObjectReader, type Oid } from '@covey/git-objects';
import type { ModelCharter } from '../reference-model/model.ts';
import { Cast, type Player, TRUSTING_CRYPTO } from './cast.ts';
import { type Commit, modelOf, reachedFrom } from './commit.ts';
import type { Prepared } from './prepared.ts';
import { type Operation, operationsOf, type Scope, startOf } from './scope.ts';

/** What becomes of an operation on one state: a commit, but for its id and its parents, or the rule that refuses it. */
export type Outcome = Accepted | { readonly refusedBy: string };
export interface Accepted {
  readonly prepared: Prepared;
  /** It carries its author's own device certificate. */
  readonly brings: boolean;
}

/** A part of the start: the history that ends with it, on one head. */
export interface Part {
  readonly history: History;
  readonly tip: Entry;
  readonly commits: readonly Commit[];
}

/** Within the dates of all test certificates. */
const NOW = new Date('2026-11-22T00:00:00Z');
const TEXT = '{"body":"on and on","type":"text/plain"}';
const MERGE: Prepared['content'] = { kind: 'merge', type: 'merge', fields: {} };

/** The production side of a scope: who is there, what is stored, and what each operation comes to. */
export class Scene {
  readonly scope: Scope;
  readonly cast: Cast;
  readonly operations: readonly Operation[];
  readonly charter: ModelCharter;
  readonly store: MemoryObjectStore;
  readonly #parts: Part[] = [];
  readonly #trees = new Set<Oid>();
  readonly #pairs = new WeakMap<Entry, WeakMap<Entry, Resolved>>();
  readonly #texts = new Map<string, string | undefined>();
  #commits = 0;

  private constructor(scope: Scope, cast: Cast, store: MemoryObjectStore) {
    this.scope = scope;
    this.cast = cast;
    this.store = store;
    this.operations = operationsOf(scope);
    this.charter = {
      ...{ mode: scope.mode, creator: cast.player(0).writer.uri, flat: false, profileBy: 'admin' },
      owners: new Map(cast.players.map(({ writer }) => [writer.deviceId, writer.uri])),
    };
  }

  static async open(scope: Scope): Promise<Scene> {
    const store = new MemoryObjectStore(TRUSTING_CRYPTO.digests);
    const root = new History(TRUSTING_CRYPTO, { profile: 'strict' });
    const scene = new Scene(scope, await Cast.of(scope, store, root.papers), store);
    let commits: readonly Commit[] = [await scene.#begin(root)];
    for (const [at, part] of startOf(scope).entries()) {
      const history = at === 0 ? root : root.draft();
      for (const operation of part) {
        const outcome = await scene.outcome(history, operation);
        if ('refusedBy' in outcome) throw new Error(`the start is refused: ${outcome.refusedBy}`);
        commits = [...commits, await scene.take(history, operation, outcome)];
      }
      const [tip] = history.heads;
      if (tip) scene.#parts.push({ history, tip, commits });
    }
    return scene;
  }

  /** The start, in one part or in two that build on each other: the last one has all of it. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  /** A history that has what some tips reach, and nothing else. */
  async only(
    commits: readonly Commit[],
    tips: readonly Entry[],
  ): Promise<{ readonly history: History; readonly commits: readonly Commit[] }> {
    const reached = reachedFrom(tips);
    const start = this.#parts.findLast(({ tip }) => reached.has(tip));
    if (!start) throw new Error('whatever is reached stands on the start');
    const history = start.history.draft();
    const there = [...start.commits];
    for (const commit of commits) {
      if (!reached.has(commit.entry) || there.includes(commit)) continue;
      await history.judgePrepared(commit.prepared, this.store);
      there.push(commit);
    }
    return { history, commits: there };
  }

  /** What production makes of an operation on the only head of a history. Nothing is taken in. */
  async outcome(history: History, operation: Operation): Promise<Outcome> {
    const [head] = history.heads;
    if (!head) throw new Error('operations stand on something');
    const before = await history.papers.state(head.tree, this.store);
    const player = this.cast.player(operation.by);
    const composition = new Composition(history.draft(), this.#withBytesOf(head));
    try {
      const intent = await this.#intentOf(operation, before);
      const { content, tree } = await composition.write(player.writer, intent, NOW);
      await this.store.write(composition.objects);
      const after = await history.papers.state(tree, this.store);
      const brings = operation.does !== 'leave' && !before.hasDevice(player.writer.deviceId);
      return { prepared: preparedAs(player, content, tree, after), brings };
    } catch (reason) {
      return { refusedBy: refusedBy(reason) };
    }
  }

  /** Takes what was accepted on one history into another one, which has the same state. @throws when it is refused there */
  async take(
    history: History,
    operation: Operation,
    { prepared, brings }: Accepted,
    on = history.heads[0],
  ): Promise<Commit> {
    if (!on) throw new Error('operations stand on something');
    const own = this.#onto(prepared, [on]);
    const judged = await history.judgePrepared(own, this.store);
    if ('broken' in judged) {
      throw new Error(`lawful on another history of the same state: ${judged.broken.rule}`);
    }
    const place = { id: own.oid, parents: own.commit.parents, brings };
    return { prepared: own, entry: judged.entry, model: modelOf(operation, this.cast, place) };
  }

  /** The merge of two commits by a device, with its own certificate where that is missing; `undefined` when it is refused. */
  async merge(
    history: History,
    device: number,
    parents: readonly [Entry, Entry],
  ): Promise<Commit | undefined> {
    const player = this.cast.player(device);
    const { uri, deviceId } = player.writer;
    const { state, tree } = await this.#resolvedPair(history, parents);
    // Its chain isn't in the tree: such a commit has no author.
    if (!state.isWriter(uri)) return undefined;
    const brings = !state.hasDevice(deviceId);
    const after = brings ? state.with([[layout.devicePath(deviceId), player.paper]]) : state;
    const known = brings ? undefined : tree;
    const own = await this.#stored(after, known);
    const prepared = this.#onto(preparedAs(player, MERGE, own, after), parents);
    const judged = await history.judgePrepared(prepared, this.store);
    if ('broken' in judged) return undefined;
    const place = { id: prepared.oid, parents: prepared.commit.parents, brings };
    const model = { ...place, account: uri, device: deviceId, kind: 'merge' as const };
    return { prepared, entry: judged.entry, model };
  }

  /** The rule by which a device can't write a text on a commit; `undefined` when it can. Each state is asked once. */
  async refusesText(history: History, on: Entry, device: number): Promise<string | undefined> {
    const { writer } = this.cast.player(device);
    // Of a revocation the tree may name the last list only.
    const lists = history.acts.filter(({ crl, index }) => crl && on.seen.has(index));
    const key = [device, on.tree, ...lists.map(({ crl }) => crl?.oid)].join(' ');
    if (!this.#texts.has(key)) {
      const composition = new Composition(history.draft(), this.store);
      const judged = await composition
        .commit(
          writer,
          TEXT,
          [on],
          (state) =>
            state.hasDevice(writer.deviceId)
              ? state
              : state.with([[layout.devicePath(writer.deviceId), this.cast.player(device).paper]]),
          NOW,
        )
        .catch(refusedBy);
      this.#texts.set(key, typeof judged === 'string' ? judged : undefined);
    }
    return this.#texts.get(key);
  }

  /** The tree of a state with a device's certificate added, where that is missing. */
  async treeWithPaper({ state, tree }: Resolved, device: number): Promise<Oid> {
    const { writer, paper } = this.cast.player(device);
    if (state.hasDevice(writer.deviceId)) return tree;
    return this.#stored(state.with([[layout.devicePath(writer.deviceId), paper]]));
  }

  /** The tree of a state, stored: production keeps only the latest of those that it has computed. */
  async #stored(state: GroupState, known?: Oid): Promise<Oid> {
    if (known !== undefined && this.#trees.has(known)) return known;
    const { tree, objects } = materialize(state.files, TRUSTING_CRYPTO.digests);
    if (!this.#trees.has(tree)) await this.store.write(objects);
    this.#trees.add(tree);
    return tree;
  }

  /** What two commits come to, found once for all that merge them. */
  async #resolvedPair(history: History, [one, other]: readonly [Entry, Entry]): Promise<Resolved> {
    const pairs = this.#pairs.get(one) ?? new WeakMap<Entry, Resolved>();
    this.#pairs.set(one, pairs);
    const resolved = pairs.get(other) ?? (await history.resolved(this.store, [one, other]));
    pairs.set(other, resolved);
    return resolved;
  }

  /** A leave is looked up in its parent, and ours were placed without having been written. */
  #withBytesOf({ oid, tree }: Entry): ObjectReader {
    const { writer } = this.cast.player(0);
    const person = { name: writer.displayName, email: writer.deviceId, time: 0, zone: '+0000' };
    const bytes = commitPayload({ tree, parents: [], person, message: '' });
    return {
      read: async (asked) => (asked === oid ? { type: 'commit', bytes } : this.store.read(asked)),
    };
  }

  async #begin(history: History): Promise<Commit> {
    const player = this.cast.player(0);
    const { uri, deviceId } = player.writer;
    const composition = new Composition(history, this.store);
    const charter = { mode: this.scope.mode };
    const entry = await composition.write(player.writer, { kind: 'initial', charter }, NOW);
    await this.store.write(composition.objects);
    const after = await history.papers.state(entry.tree, this.store);
    const prepared = { ...preparedAs(player, entry.content, entry.tree, after), oid: entry.oid };
    const place = { id: entry.oid, parents: [], account: uri, device: deviceId };
    return { prepared, entry, model: { ...place, kind: 'initial', brings: true } };
  }

  async #intentOf(operation: Operation, before: GroupState): Promise<Intent> {
    const { does, action, seat, device } = operation;
    const account = this.cast.accounts[seat ?? -1];
    switch (does) {
      case 'revoke':
        return { kind: 'revoke', crl: await this.cast.nextList(operation, before) };
      case 'add':
        if (account) return { kind: 'add', uri: account.uri };
        break;
      case 'vote':
      case 'resolve': {
        const target =
          device === undefined ? account?.uri : this.cast.player(device).writer.deviceId;
        if (action && target !== undefined) return { kind: does, action, target };
        break;
      }
      default:
        return { kind: does };
    }
    throw new Error(`no such operation: ${JSON.stringify(operation)}`);
  }

  /** The same commit in another place: under an id of its own, which decides nothing but the display order. */
  #onto(prepared: Prepared, parents: readonly Entry[]): Prepared {
    // An odd factor: no two of the first 2^32 are alike, and they come in no order.
    const scattered = Math.imul(++this.#commits, 0x9e3779b1) >>> 0;
    const oid = scattered.toString(16).padStart(8, '0').padEnd(40, '0') as Oid; // 40 hex digits.
    const message =
      prepared.content.kind === 'merge'
        ? `Merge commit '${parents[1]?.oid}'`
        : prepared.commit.message;
    return {
      ...prepared,
      oid,
      commit: { ...prepared.commit, message, parents: parents.map((parent) => parent.oid) },
    };
  }
}

/** The rule that refused a commit. Any other failure is thrown on. */
function refusedBy(reason: unknown): string {
  if (!CoveyError.is(reason, 'COMMIT_REFUSED')) throw reason;
  return reason.data['rule'] ?? '';
}

/** What `prepare` finds in the bytes of such a commit, the signature left out. */
function preparedAs(
  { author, writer }: Player,
  content: Prepared['content'],
  tree: Oid,
  after: GroupState,
): Prepared {
  const time = Math.floor(NOW.getTime() / 1000);
  const person = { name: writer.displayName, email: writer.deviceId, time, zone: '+0000' };
  const commit = {
    ...{ tree, parents: [], author: person, committer: person },
    // Rules look at what the message says, in `content`; a merge's is put in where it is placed.
    ...{ message: '', payload: new Uint8Array() },
  };
  return { oid: tree, commit, content, formDefects: [], after, author, signature: 'unchecked' };
}
