import type { Entry, History } from '@covey/conversation';
import type { Commit } from '../commit.ts';
import { type Accepted, type Part, Scene } from '../scene.ts';
import type { Operation } from '../scope.ts';

/** A resolution with the votes for it. Accounts by their seats. */
export interface Decision {
  readonly action: 'ban' | 'demote' | 'promote';
  readonly target: number;
  /** At least one; the first of them writes the resolution. */
  readonly voters: readonly number[];
}

/** What some decisions come to that were taken apart. */
export interface Decided {
  /** Who is admin where the sides part, and after each decision; side by side. */
  readonly points: readonly (readonly ReadonlySet<number>[])[];
  /** Who is admin by all sides together. */
  readonly merged: ReadonlySet<number>;
  /** Which decisions have effect, side by side. */
  readonly standing: readonly (readonly boolean[])[];
}

/** A group in which decisions are taken, by production. */
export class Council {
  readonly #scene: Scene;
  readonly #start: Part;
  /** What an operation is on a tree. */
  readonly #accepted = new Map<string, Accepted>();

  private constructor(scene: Scene, start: Part) {
    this.#scene = scene;
    this.#start = start;
  }

  /** So many admins, in the first seats, and behind them so many members. */
  static async of(admins: number, members: number): Promise<Council> {
    const devices = Array.from({ length: admins + members }, () => 1);
    const group = { devices, admins, members, alike: [], deviceVotes: false, forks: false };
    const scene = await Scene.open({ ...group, name: 'council', says: '', mode: 2 });
    const start = scene.parts.at(-1);
    if (!start) throw new Error('a start has a part');
    return new Council(scene, start);
  }

  /**
   * Takes some decisions in a line, then the sides, each in a line and apart from all others.
   * @throws when one isn't lawful where it is taken
   */
  async decide(
    base: readonly Decision[],
    sides: readonly (readonly Decision[])[],
  ): Promise<Decided> {
    const { store } = this.#scene;
    const history = this.#start.history.draft();
    const commits: Commit[] = [];
    let fork = this.#start.tip;
    for (const decision of base) fork = await this.#take(history, commits, fork, decision);
    const taken: Entry[][] = [];
    for (const side of sides) {
      const entries: Entry[] = [];
      for (const decision of side) {
        entries.push(await this.#take(history, commits, entries.at(-1) ?? fork, decision));
      }
      taken.push(entries);
    }
    const adminsAfter = async ({ tree }: Entry) =>
      this.#seats((await history.papers.state(tree, store)).admins);
    const voids = history.voids();
    const { state } = await history.resolved(store);
    return {
      points: await Promise.all(
        taken.map((entries) => Promise.all([fork, ...entries].map(adminsAfter))),
      ),
      merged: this.#seats(state.admins),
      standing: taken.map((entries) => entries.map((entry) => voids.reasonOf(entry) === undefined)),
    };
  }

  async #take(
    history: History,
    commits: Commit[],
    on: Entry,
    { action, target: seat, voters }: Decision,
  ): Promise<Entry> {
    const [author = 0] = voters;
    const operations: readonly Operation[] = [
      ...voters.map((by) => ({ by, does: 'vote' as const, action, seat })),
      { by: author, does: 'resolve', action, seat },
    ];
    let tip = on;
    for (const operation of operations) {
      const accepted = await this.#acceptedOn(commits, tip, operation);
      const commit = await this.#scene.take(history, operation, accepted, tip);
      commits.push(commit);
      tip = commit.entry;
    }
    return tip;
  }

  /** Found once for each state; nothing here is ever revoked, so the tree says all. */
  async #acceptedOn(
    commits: readonly Commit[],
    on: Entry,
    operation: Operation,
  ): Promise<Accepted> {
    const { by, does, action, seat } = operation;
    const key = [on.tree, by, does, action, seat].join(' ');
    const known = this.#accepted.get(key);
    if (known) return known;
    const { history } = await this.#scene.only(commits, [on]);
    const outcome = await this.#scene.outcome(history, operation);
    if ('refusedBy' in outcome) throw new Error(`${key} is refused by ${outcome.refusedBy}`);
    this.#accepted.set(key, outcome);
    return outcome;
  }

  #seats(uris: readonly string[]): ReadonlySet<number> {
    const { accounts } = this.#scene.cast;
    return new Set(uris.map((uri) => accounts.findIndex((account) => account.uri === uri)));
  }
}
