import { type Entry, type History, inDisplayOrder, type Resolved } from '@covey/conversation';
import type { Commit } from './commit.ts';
import type { Accepted, Outcome, Scene } from './scene.ts';
import type { Operation } from './scope.ts';
import { type Element, headsOf } from './shape.ts';

/** What the operations come to on the state of one view, for one device: those that are lawful. */
export type Lawful = ReadonlyMap<number, Accepted>;

/** Told of every operation that was tried on a state for the first time. */
export type Tried = (on: {
  /** A set with one head, on which the operation was to stand. */
  readonly commits: readonly Commit[];
  readonly operation: Operation;
  /** It would bring its author's device certificate. */
  readonly brings: boolean;
  readonly outcome: Outcome;
}) => void;

/** One history as production holds it. Never changes: what is built on it is a draft of it. */
export class Growth {
  readonly scene: Scene;
  readonly elements: readonly Element[];
  readonly history: History;
  /** Of each element its last commit. */
  readonly tips: readonly Entry[];
  /** All, parents before children. */
  readonly commits: readonly Commit[];
  readonly #base: Growth | undefined;
  readonly #resolved = new Map<number, Promise<Resolved>>();
  /** Per device and state what is lawful there; shared by all histories of a scene. */
  readonly #lawful: Map<string, Lawful>;

  private constructor(
    fields: Pick<Growth, 'scene' | 'elements' | 'history' | 'tips' | 'commits'>,
    base?: Growth,
  ) {
    this.scene = fields.scene;
    this.elements = fields.elements;
    this.history = fields.history;
    this.tips = fields.tips;
    this.commits = fields.commits;
    this.#base = base;
    this.#lawful = base ? base.#lawful : new Map();
  }

  /** The start of a scene; all but its first part is an element. */
  static of(scene: Scene): Growth {
    const { parts } = scene;
    const last = parts.at(-1);
    if (!last) throw new Error('a start has a part');
    const elements = parts
      .slice(1)
      .map((_, at) => ({ code: at, below: 2 ** at - 1, height: at + 1 }));
    const tips = parts.slice(1).map(({ tip }) => tip);
    return new Growth({ scene, elements, tips, history: last.history, commits: last.commits });
  }

  /** The view that has all. */
  get all(): number {
    return (1 << this.elements.length) - 1;
  }

  tipsOf(view: number): readonly Entry[] {
    const heads = headsOf(view, this.elements).map((at) => this.tips[at] as Entry); // One per element.
    return heads.length > 0 ? heads : [this.#root];
  }

  get #root(): Entry {
    return (this.scene.parts[0] as Scene['parts'][number]).tip; // A start has a part.
  }

  resolved(view: number): Promise<Resolved> {
    if (this.#base && view <= this.#base.all) return this.#base.resolved(view);
    const known = this.#resolved.get(view);
    if (known) return known;
    const resolved = this.history.resolved(this.scene.store, this.tipsOf(view));
    this.#resolved.set(view, resolved);
    return resolved;
  }

  /** Devices that a list in this view names. */
  revokedIn(view: number): ReadonlySet<string> {
    const revoked = new Set<string>();
    for (const tip of this.tipsOf(view)) {
      for (const { index, crl, uri } of this.history.acts) {
        if (!crl || !tip.seen.has(index)) continue;
        for (const { writer, author } of this.scene.cast.players) {
          const serial = author.certificate?.serialHex ?? '';
          if (writer.uri === uri && crl.revoked.has(serial)) revoked.add(writer.deviceId);
        }
      }
    }
    return revoked;
  }

  /** All that is lawful on a view, whoever does it: code -> commit. Each state is tried once per device. */
  async lawful(view: number, tried: Tried): Promise<Lawful> {
    const tips = this.tipsOf(view);
    const { state, tree } = await this.resolved(view);
    const revoked = this.revokedIn(view);
    const found = new Map<number, Accepted>();
    for (const [device, player] of this.scene.cast.players.entries()) {
      const brings = tips.length > 1 && !state.hasDevice(player.writer.deviceId);
      const key = [device, brings ? 'merging' : '', tree, ...[...revoked].sort()].join(' ');
      let lawful = this.#lawful.get(key);
      if (!lawful) {
        const alone = await this.#alone(view, device);
        lawful = alone ? await this.#try(alone, device, revoked, tried) : undefined;
        if (lawful) this.#lawful.set(key, lawful);
      }
      for (const [code, accepted] of lawful ?? []) found.set(code, accepted);
    }
    return found;
  }

  /** This history with one more element; `undefined` when its author can't merge the heads of his view. */
  async with(element: Element, accepted: Accepted): Promise<Growth | undefined> {
    const { scene } = this;
    const operation = scene.operations[element.code - scene.parts.length + 1];
    if (!operation) throw new Error(`no operation of code ${element.code}`);
    const history = this.history.draft();
    const merged = await mergeLazily(scene, history, this.tipsOf(element.below), operation.by);
    if (!merged) return undefined;
    const commit = await scene.take(history, operation, accepted, merged.head);
    const commits = [...this.commits, ...merged.commits, commit];
    const fields = { scene, history, commits, elements: [...this.elements, element] };
    return new Growth({ ...fields, tips: [...this.tips, commit.entry] }, this);
  }

  /** The commits of a view and nothing else, merged into one head by a device. */
  async #alone(view: number, device: number) {
    const { scene } = this;
    const { history, commits } = await scene.only(this.commits, this.tipsOf(view));
    const merged = await mergeLazily(scene, history, history.heads, device);
    return merged && { history, commits: [...commits, ...merged.commits] };
  }

  async #try(
    { history, commits }: { history: History; commits: readonly Commit[] },
    device: number,
    revoked: ReadonlySet<string>,
    tried: Tried,
  ): Promise<Lawful> {
    const { scene } = this;
    const lawful = new Map<number, Accepted>();
    const { state } = await history.resolved(scene.store);
    const isMissing = !state.hasDevice(scene.cast.player(device).writer.deviceId);
    for (const [at, operation] of scene.operations.entries()) {
      if (operation.by !== device) continue;
      // Lawful, but it says nothing new.
      const named = operation.does === 'revoke' ? operation.device : undefined;
      if (named !== undefined && revoked.has(scene.cast.player(named).writer.deviceId)) continue;
      const outcome = await scene.outcome(history, operation);
      tried({ commits, operation, brings: isMissing && operation.does !== 'leave', outcome });
      if ('prepared' in outcome) lawful.set(at + scene.parts.length - 1, outcome);
    }
    return lawful;
  }
}

/** Merges heads as every device does in front of its next commit: pair by pair, the first in display order that it may. */
export async function mergeLazily(
  scene: Scene,
  history: History,
  tips: readonly Entry[],
  device: number,
): Promise<{ readonly head: Entry; readonly commits: readonly Commit[] } | undefined> {
  const commits: Commit[] = [];
  let heads = [...tips].sort(inDisplayOrder);
  while (heads.length > 1) {
    const found = await mergeFirstPair(scene, history, heads, device);
    if (!found) return undefined;
    commits.push(found.commit);
    heads = [...heads.filter((head) => !found.pair.includes(head)), found.commit.entry].sort(
      inDisplayOrder,
    );
  }
  const [head] = heads;
  return head && { head, commits };
}

async function mergeFirstPair(
  scene: Scene,
  history: History,
  heads: readonly Entry[],
  device: number,
): Promise<{ readonly pair: readonly Entry[]; readonly commit: Commit } | undefined> {
  for (const [at, one] of heads.entries()) {
    for (const other of heads.slice(at + 1)) {
      const commit = await scene.merge(history, device, [one, other]);
      if (commit) return { pair: [one, other], commit };
    }
  }
  return undefined;
}
