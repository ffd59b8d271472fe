import { canonicalJson, type JsonObject } from '@covey/codec';
import {
  type Break,
  Composition,
  collect,
  type Entry,
  type GroupState,
  History,
  type Intent,
  inDisplayOrder,
  type Judged,
  judgeAll,
  type layout,
  type Profile,
  type Resolved,
  type Writer,
} from '@covey/conversation';
import { MemoryObjectStore, type ObjectReader, type Oid } from '@covey/git-objects';
import type { Clock } from './counter-clock.ts';
import { type Forgery, forgeCommit } from './forge.ts';
import { copyReachable } from './reachable.ts';
import type { TestAccount } from './test-account.ts';
import { TEST_CRYPTO } from './test-crypto.ts';

/** What came of a fetch: all of it was taken in, or nothing was. */
export type Received =
  | { readonly entries: readonly Entry[] }
  | { readonly broken: Break & { readonly commit: Oid } };

/** Paths to add (`Oid`) or to take away (`undefined`). */
export type PathChanges = readonly (readonly [path: string, oid: Oid | undefined])[];

/** One device in one conversation, in memory: honest by `write`, dishonest by `forge`. */
export class TestDevice {
  readonly account: TestAccount;
  readonly writer: Writer;
  readonly store = new MemoryObjectStore(TEST_CRYPTO.digests);
  readonly history: History;
  readonly clock: Clock;

  constructor(
    account: TestAccount,
    clock: Clock,
    { profile = 'strict', writer = account.writer }: { profile?: Profile; writer?: Writer } = {},
  ) {
    this.account = account;
    this.clock = clock;
    this.writer = writer;
    this.history = new History(TEST_CRYPTO, { profile });
  }

  get uri(): string {
    return this.writer.uri;
  }

  get deviceId(): string {
    return this.writer.deviceId;
  }

  get heads(): readonly Oid[] {
    return this.history.heads.map(({ oid }) => oid);
  }

  /** All commits in display order. */
  get order(): readonly Oid[] {
    return [...this.history.entries()].sort(inDisplayOrder).map(({ oid }) => oid);
  }

  /** What the heads come to. */
  resolved(): Promise<Resolved> {
    return this.history.resolved(this.store);
  }

  /** Commits as an honest program does. @throws {CoveyError} COMMIT_REFUSED */
  write(intent: Intent): Promise<Entry> {
    return this.#compose((composition) => composition.write(this.writer, intent, this.clock()));
  }

  /** A text; with `reply-to`, `react-to` or `edit` in `more` it is what these make of it. */
  says(body: string, more: JsonObject = {}): Promise<Entry> {
    return this.write({ kind: 'message', fields: { ...more, body, type: 'text/plain' } });
  }

  /** Takes up what others have to say about several heads, as before every commit. */
  mergeHeads(): Promise<void> {
    return this.#compose((composition) => composition.mergeHeads(this.writer, this.clock()));
  }

  votes(action: layout.VoteAction, target: string): Promise<Entry> {
    return this.write({ kind: 'vote', action, target });
  }

  resolves(action: layout.VoteAction, target: string): Promise<Entry> {
    return this.write({ kind: 'resolve', action, target });
  }

  /** The account's next list names these devices; earlier lists go on counting. */
  async revokes(...targets: readonly Pick<Writer, 'devicePem'>[]): Promise<Entry> {
    const numbers = this.history.acts.map(({ crl }) => (crl?.uri === this.uri ? crl.number : 0n));
    const last = numbers.sort((a, b) => Number(a - b)).at(-1) ?? 0n;
    return this.write({ kind: 'revoke', crl: await this.account.revoke(last + 1n, targets) });
  }

  /** A text that brings another certificate of the device's key, PEM. */
  async renews(devicePem: Uint8Array): Promise<Entry> {
    const [oid] = await this.store.write([{ type: 'blob', bytes: devicePem }]);
    const path = `devices/${this.deviceId}.crt`;
    return this.changes({ body: 'renewed', type: 'text/plain' }, () => [[path, oid]], [devicePem]);
  }

  /** Writes one commit with these changes of the merged state, its own missing paper added. @throws {CoveyError} COMMIT_REFUSED */
  changes(
    message: JsonObject,
    change: (state: GroupState) => PathChanges | Promise<PathChanges>,
    blobs: readonly Uint8Array[] = [],
  ): Promise<Entry> {
    return this.#compose(async (composition) => {
      await composition.mergeHeads(this.writer, this.clock());
      for (const bytes of [new Uint8Array(), ...blobs]) composition.put({ type: 'blob', bytes });
      const paper = composition.put({ type: 'blob', bytes: this.writer.devicePem });
      return composition.commit(
        this.writer,
        canonicalJson(message),
        // More than one is left where their merge isn't lawful: then on the last, as honest programs do.
        composition.draft.heads.slice(-1),
        async (state) => {
          const own: PathChanges = state.hasDevice(this.deviceId)
            ? []
            : [[`devices/${this.deviceId}.crt`, paper]];
          return state.with([...own, ...(await change(state))]);
        },
        this.clock(),
      );
    });
  }

  /** Fetches what the other has (or what these tips reach), judges it oldest first, takes in all or nothing. */
  async receive(from: TestDevice, tips: readonly Oid[] = from.heads): Promise<Received> {
    const order = await collect(tips, from.store);
    const missing = order.filter((oid) => !this.history.entry(oid));
    const draft = this.history.draft();
    const broken = await judgeAll(missing, draft, from.store);
    if (broken) return { broken };
    await copyReachable(missing, from.store, this.store);
    return { entries: this.history.adopt(draft) };
  }

  /** Writes any commit into the own store and judges nothing. */
  async forge(forgery: Forgery): Promise<Oid> {
    return forgeCommit(this, forgery);
  }

  /** Judges a commit of a store, and those of its ancestors that are new, without taking any in. */
  async judges(oid: Oid, reader: ObjectReader = this.store): Promise<Judged> {
    const draft = this.history.draft();
    const order = await collect([oid], reader);
    const missing = order.filter((each) => !this.history.entry(each));
    const broken = await judgeAll(missing, draft, reader);
    if (broken) return { broken };
    const entry = draft.entry(oid);
    if (!entry) throw new Error('an accepted commit is in the draft that judged it');
    return { entry };
  }

  /** Takes a forged commit of the own store in, if it is lawful. */
  adopts(oid: Oid): Promise<Received> {
    return this.receive(this, [oid]);
  }

  async #compose<T>(write: (composition: Composition) => Promise<T>): Promise<T> {
    const draft = this.history.draft();
    const composition = new Composition(draft, this.store);
    const written = await write(composition);
    await this.store.write(composition.objects);
    this.history.adopt(draft);
    return written;
  }
}
