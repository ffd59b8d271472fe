import { type Break, Composition, type Intent, layout, materialize } from '@covey/conversation';
import { CoveyError, invariant } from '@covey/errors';
import { type Commit, cleanName, type Oid, readCommit } from '@covey/git-objects';
import { forgeCommit } from '../forge.ts';
import type { Cast } from './cast.ts';
import { intentOf } from './intent-of.ts';
import type { Player } from './player.ts';
import type { DoStep } from './scenario.ts';
import { Witness } from './witness.ts';

/** What a step wrote, lawful or not: it lies in the store and is in nobody's history yet. Or why there is no commit. */
export type Written = { readonly oid: Oid } | { readonly broken: Break };

/** What a commit says, its author and signature apart. */
type Saying = Pick<Commit, 'message' | 'parents' | 'tree'>;

/** Writes the commits of a scenario, as honestly as their steps say. */
export class Writing {
  readonly #cast: Cast;
  readonly #written = new Map<string, Written>();

  constructor(cast: Cast) {
    this.#cast = cast;
  }

  /** What was written under this id. */
  of(id: string): Written {
    const written = this.#written.get(id);
    invariant(written, 'ids were checked when the file was read');
    return written;
  }

  /** The initial commit. */
  async begin(id: string, creator: Player, intent: Intent & { kind: 'initial' }): Promise<Written> {
    return this.#keep(id, await honestly(creator, intent));
  }

  /** Writes the commit of a step and takes it into no history. */
  async write(step: DoStep): Promise<Written> {
    const player = this.#cast.player(step.at);
    const on = step.deed.do === 'merge' ? step.deed.of : step.on;
    return this.#keep(
      step.id,
      on ? await this.#writeOn(player, on, step) : await this.#writeOnHeads(player, step),
    );
  }

  async #writeOnHeads(player: Player, step: DoStep): Promise<Written> {
    const { deed } = step;
    invariant(deed.do !== 'merge', 'a merge names its parents');
    if (!player.hasConversation) {
      return broken('scenario/no-conversation', 'the device has no conversation to write in');
    }
    const intent = await intentOf(deed, player, this.#cast, (id) => this.#oidOf(id));
    const honest = await honestly(player, intent);
    if ('broken' in honest || !this.#isLie(step)) return honest;
    return this.#forge(player, await sayingOf(player, honest.oid), step);
  }

  /** On exactly these parents, which the device then has to have. */
  async #writeOn(player: Player, ids: readonly string[], step: DoStep): Promise<Written> {
    const parents: Oid[] = [];
    for (const id of ids) {
      const parent = this.of(id);
      if ('broken' in parent) return parent;
      parents.push(parent.oid);
    }
    const there = player.bare();
    const received = await there.receive(there, parents);
    if ('broken' in received) return this.#onRefused(there, parents);
    const { deed } = step;
    if (deed.do === 'merge') return this.#forge(there, await mergeOf(there, parents), step);
    const intent = await intentOf(deed, there, this.#cast, (id) => this.#oidOf(id));
    const honest = await honestly(there, intent);
    // Where not even a dishonest device could merge these: what it writes is refused for its parents.
    if ('broken' in honest) return this.#onRefused(there, parents);
    if (parents.length === 1 && !this.#isLie(step)) return honest;
    return this.#forge(there, { ...(await sayingOf(there, honest.oid)), parents }, step);
  }

  /** Nobody will ever look at more of it than its parents: it says what it does in no more than a text. */
  async #onRefused(there: Player, parents: readonly Oid[]): Promise<Written> {
    const [first] = parents;
    invariant(first, 'a commit is written on something');
    const { tree } = await sayingOf(there, first);
    return this.#forge(there, { message: '{"body":"","type":"text/plain"}', parents, tree });
  }

  /** Says other things than the program would: by its parents, or by its tree. */
  async #forge(player: Player, saying: Saying, step?: DoStep): Promise<Written> {
    const tree = step ? await this.#treeOf(player, saying.tree, step) : saying.tree;
    const { displayName, deviceId } = player.writer;
    const author = { name: cleanName(displayName, deviceId) };
    return { oid: await forgeCommit(player, { ...saying, author, tree }) };
  }

  #isLie({ at, deed, lie }: DoStep): boolean {
    const { uri } = this.#cast.player(at);
    return (
      lie !== undefined || (deed.do === 'revoke' && this.#cast.player(deed.target).uri !== uri)
    );
  }

  async #treeOf({ store, history, uri }: Player, honest: Oid, step: DoStep): Promise<Oid> {
    const { add = [], remove = [] } = step.lie ?? {};
    const { deed } = step;
    const state = await history.papers.state(honest, store);
    const changes: [string, Oid | undefined][] = [];
    if (deed.do === 'revoke') {
      // The list of the device's own account, signed by who hasn't its key; of one's own device it stays where it is.
      const list = state.files.get(layout.crlPath(uri));
      changes.push([layout.crlPath(uri), undefined]);
      changes.push([layout.crlPath(this.#cast.player(deed.target).uri), list]);
    }
    for (const path of remove) changes.push([this.#cast.pathOf(path), undefined]);
    for (const [path, content] of add) {
      const [oid] = await store.write([{ type: 'blob', bytes: this.#cast.contentOf(content) }]);
      changes.push([this.#cast.pathOf(path), oid]);
    }
    const made = materialize(state.with(changes).files, history.papers.digests);
    await store.write(made.objects);
    return made.tree;
  }

  #oidOf(id: string): Oid | undefined {
    const written = this.of(id);
    return 'oid' in written ? written.oid : undefined;
  }

  #keep(id: string, written: Written): Written {
    this.#written.set(id, written);
    return written;
  }
}

/** As the program writes it, on the heads of the device; what its rules refuse is written all the same. */
async function honestly(player: Player, intent: Intent): Promise<Written> {
  const draft = new Witness(player.history);
  const composition = new Composition(draft, player.store);
  try {
    const { oid } = await composition.write(player.writer, intent, player.clock());
    await player.store.write(composition.objects);
    return { oid };
  } catch (reason) {
    if (!CoveyError.is(reason, 'COMMIT_REFUSED')) throw reason;
    const { refused } = draft;
    if (!refused) return broken(reason.data['rule'] ?? '', reason.data['found'] ?? '');
    await player.store.write([...composition.objects, refused.object]);
    return { oid: refused.oid };
  }
}

/** An honest merge: what the parents come to, and its author's paper where that is missing. */
async function mergeOf(
  { history, store, writer }: Player,
  parents: readonly Oid[],
): Promise<Saying> {
  const entries = parents.flatMap((parent) => history.entry(parent) ?? []);
  const { state } = await history.resolved(store, entries);
  const [paper] = await store.write([{ type: 'blob', bytes: writer.devicePem }]);
  const path = layout.devicePath(writer.deviceId);
  const files = state.has(path) ? state : state.with([[path, paper]]);
  const { tree, objects } = materialize(files.files, history.papers.digests);
  await store.write(objects);
  return { message: `Merge commit '${parents[1]}'`, parents, tree };
}

async function sayingOf({ store }: Player, oid: Oid): Promise<Saying> {
  const object = await store.read(oid);
  const commit = object && readCommit(object.bytes).commit;
  invariant(commit, 'what was written here can be read');
  const { message, parents, tree } = commit;
  return { message, parents, tree };
}

const broken = (rule: string, found: string): Written => ({ broken: { rule, found } });
