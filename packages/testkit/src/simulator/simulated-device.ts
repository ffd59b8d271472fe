import {
  Admission,
  Composition,
  collect,
  type Entry,
  History,
  type Intent,
} from '@covey/conversation';
import type { Clock, Link, Log } from '@covey/device';
import {
  type AccountContext,
  ConversationRuntime,
  Exchange,
  headsIn,
} from '@covey/device/simulation';
import { CoveyError } from '@covey/errors';
import { MemoryObjectStore, type Oid } from '@covey/git-objects';
import type { Player } from './cast.ts';
import type { Chance } from './chance.ts';
import type { EventLog } from './event-log.ts';
import { NamedObject } from './named-object.ts';
import { parcelOf } from './parcels.ts';
import { RememberingRuntime } from './remembering-runtime.ts';
import type { Lie } from './repertoire.ts';
import { SIMULATED_CRYPTO } from './simulated-crypto.ts';
import { type Life, SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Host } from './wire.ts';

/** What the devices of one simulation have in common. */
export interface Surroundings {
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly chance: Chance;
  readonly log: EventLog;
  /** Something that must not happen: which checker says so, and what it saw. */
  readonly report: (checker: string, found: string) => void;
  /** Commits that an honest program has taken in. */
  readonly added: (entries: readonly Entry[]) => void;
}

/** What a device said of a commit that came in: taken in, or the rule that it breaks. */
export type Verdict = 'taken in' | (string & {});

/** Of what is told to those outside. */
const OUTSIDE_BYTES = 2 * 1024 * 1024;

async function* inOne(parcel: Uint8Array) {
  yield parcel;
}

/** A device: production code above, a simulated machine below. */
export class SimulatedDevice implements Host {
  readonly player: Player;
  readonly disk: SimulatedDisk;
  readonly around: Surroundings;
  readonly served: Host['served'];
  /** For as long as it ran, in all its lives. */
  readonly verdicts = new Map<Oid, Verdict>();
  clockSkewMs = 0;
  life: Life & { alive: boolean } = { alive: false };
  conversation = '';
  #runtime: ConversationRuntime | undefined;
  #exchange: Exchange | undefined;
  #admission: Admission | undefined;
  /** What it was made from. */
  #admissionOf = '';
  /** Writes that were asked for and neither done nor refused. */
  #writing = 0;

  constructor(player: Player, around: Surroundings, how: { isLoose?: boolean } = {}) {
    this.player = player;
    this.around = around;
    this.disk = new SimulatedDisk(player.name, around.time, around.chance, how);
    this.served = this.makeServed();
    around.network.attach(this);
  }

  get name(): string {
    return this.player.name;
  }
  get deviceId() {
    return this.player.writer.deviceId;
  }
  get uri() {
    return this.player.writer.uri;
  }
  get up(): boolean {
    return this.life.alive && this.#runtime !== undefined;
  }
  get writing(): number {
    return this.#writing;
  }

  /** @throws {Error} while it doesn't run */
  get runtime(): ConversationRuntime {
    if (!this.#runtime) throw new Error(`${this.name} does not run`);
    return this.#runtime;
  }

  get history(): History {
    return this.runtime.history;
  }

  get tips(): readonly Oid[] {
    return this.#runtime?.heads ?? [];
  }

  get haves(): readonly Oid[] {
    return this.#runtime?.haves ?? [];
  }

  has(commit: Oid): boolean {
    return this.#runtime?.knows(commit) ?? false;
  }

  /** Begins a conversation: its first commit is on the disk when the program starts. */
  async found(charter: Extract<Intent, { kind: 'initial' }>['charter']): Promise<string> {
    const draft = new History(SIMULATED_CRYPTO, { profile: 'strict' });
    const composition = new Composition(draft, new MemoryObjectStore(SIMULATED_CRYPTO.digests));
    const now = this.around.time.date();
    const root = await composition.write(this.player.writer, { kind: 'initial', charter }, now);
    const named = composition.objects.map(NamedObject.of);
    const objects = new Map(named.map((object) => [object.oid, object]));
    this.disk.restore({ objects, refs: new Map([['refs/heads/main', root.oid]]) });
    return root.oid;
  }

  /** Starts the program on what its disk has. */
  async start(conversation: string): Promise<void> {
    const life = { alive: true };
    const { time, chance } = this.around;
    this.life = life;
    this.conversation = conversation;
    const store = this.disk.open(life);
    const clock: Clock = {
      now: () => time.date(this.clockSkewMs),
      after: (ms, callback) =>
        time.after(ms, this.name, () => {
          if (life.alive) callback();
        }),
    };
    const runtime = new RememberingRuntime(conversation, store, {
      ...{ crypto: SIMULATED_CRYPTO, clock, writer: this.player.writer },
      added: (entries) => {
        if (life.alive) this.#added(entries);
      },
    });
    const refs = await store.refs();
    if (refs.size > 0) await runtime.load(await collect(headsIn(refs), store));
    this.#runtime = runtime;
    this.#exchange = new Exchange(runtime, this.#context(clock, chance.unit), {
      rosterOf: () => [],
      takeRoster: async () => {},
    });
    await this.#learn();
    this.#tell(`starts with ${runtime.history.size}`);
    this.#considered();
  }

  /** The program is gone from one moment to the next; what was not synced is lost. */
  crash(): void {
    if (!this.life.alive) return;
    this.life.alive = false;
    this.#exchange = undefined;
    this.#runtime = undefined;
    this.#admission = undefined;
    this.#admissionOf = '';
    this.#writing = 0;
    this.disk.crash();
    this.#tell('crashes');
    for (const wire of this.around.network.wires) {
      if (wire.one === this || wire.other === this) wire.close('PEER_UNREACHABLE');
    }
  }

  /** Resolves to the commit when it is acknowledged; to the rule that forbids it; `undefined` for a failure of the disk. */
  async write(intent: Intent): Promise<Entry | string | undefined> {
    const { life } = this;
    this.#writing++;
    try {
      const entry = await this.runtime.write(intent);
      this.#tell(`wrote ${intent.kind} ${entry.oid}`);
      return entry;
    } catch (reason) {
      if (!CoveyError.is(reason, 'COMMIT_REFUSED')) {
        if (this.disk.isFull) return undefined;
        throw reason;
      }
      return String(reason.data['rule']);
    } finally {
      if (this.life === life) this.#writing--;
    }
  }

  /** Another conversation, on a disk of its own for as long as the program runs. */
  async isTold({ conversation, parcels, commit, rule }: Lie): Promise<void> {
    const { life } = this;
    if (!this.up || this.verdicts.has(commit)) return;
    const { time, chance } = this.around;
    const disk = new SimulatedDisk(this.name, time, chance, { isLoose: this.disk.isLoose });
    const runtime = new ConversationRuntime(conversation, disk.open(life), {
      ...{ crypto: SIMULATED_CRYPTO, writer: this.player.writer, added: () => {} },
      clock: { now: () => time.date(this.clockSkewMs), after: () => () => {} },
    });
    for (const parcel of parcels) {
      const reception = await runtime.reception();
      try {
        await reception.take(inOne(parcelOf(parcel)), new AbortController().signal);
        const fetched = await runtime.judge(reception);
        if (fetched.outcome === 'refused')
          this.#refuses(fetched.commit, fetched.rule, fetched.found);
      } catch (reason) {
        if (!CoveyError.is(reason)) throw reason;
        this.#refuses(commit, reason.code, reason.message);
      }
    }
    if (!runtime.knows(commit)) return;
    this.verdicts.set(commit, 'taken in');
    this.around.report('S1', `${this.name} takes in ${commit}, which breaks ${rule}`);
  }

  wants(other: Host): boolean {
    return this.#admission?.exchangesWith(other) ?? true;
  }

  knows(other: Host): boolean {
    return this.#admission?.hasNamed(other.uri) ?? false;
  }

  /** What it tells somebody with whom it doesn't exchange; nothing where he lacks nothing of it. */
  async offersTo(other: Host): Promise<Uint8Array> {
    const offers = (await this.#admission?.resolutionsFor(other)) ?? [];
    const lacking = offers.filter((oid) => !other.has(oid));
    if (lacking.length === 0) return parcelOf([]);
    return parcelOf(await this.runtime.objectsFor(lacking, other.haves, OUTSIDE_BYTES));
  }

  /** What somebody offers with whom it doesn't exchange. */
  async hears(parcel: Uint8Array): Promise<void> {
    const reception = await this.runtime.reception();
    await reception.take(inOne(parcel), new AbortController().signal);
    if (reception.came.size === 0) return;
    try {
      const fetched = await this.runtime.judge(reception, { fromAnybody: true });
      if (fetched.outcome === 'refused') this.#refuses(fetched.commit, fetched.rule, fetched.found);
    } catch (reason) {
      if (!CoveyError.is(reason) && !this.disk.isFull) throw reason;
    }
  }

  linked(link: Link): void {
    this.#exchange?.linked(link);
  }

  unlinked(link: Link): void {
    this.#exchange?.unlinked(link);
  }

  /** What others may ask of it. */
  protected makeServed(): Host['served'] {
    const asked = (link: Link) => {
      const { deviceId, uri } = link.remote;
      const { hosts } = this.around.network;
      const remote = hosts.find((host) => host.deviceId === deviceId && host.uri === uri);
      if (remote && this.wants(remote)) return this.runtime;
      throw new CoveyError('CONVERSATION_NOT_FOUND', 'no such conversation');
    };
    return {
      heads: async (link) => ({ heads: [...asked(link).heads], stateDigest: '' }),
      announce: async (link, request) => {
        asked(link);
        this.#exchange?.announced(link, request);
      },
      roster: async () => ({ devices: [] }),
      fetch: async (link, { wants, haves, maxBytes }) => [
        parcelOf(await asked(link).objectsFor(wants, haves, maxBytes)),
      ],
    };
  }

  #added(entries: readonly Entry[]): void {
    for (const { oid } of entries) this.verdicts.set(oid, 'taken in');
    this.around.added(entries);
    this.#tell(`has ${entries.map(({ oid }) => oid.slice(0, 8)).join(' ')}`);
    this.#exchange?.moved();
    if (entries.some(({ act }) => act)) void this.#learn();
  }

  /** Who may talk with it now. */
  async #learn(): Promise<void> {
    const runtime = this.#runtime;
    if (!runtime || runtime.history.size === 0) return;
    const { history, store } = runtime;
    const { tree } = await runtime.resolved();
    const madeOf = `${tree} ${history.acts.length}`;
    if (madeOf === this.#admissionOf) return;
    this.#admission = await Admission.of(history, store, this.uri);
    this.#admissionOf = madeOf;
    this.#considered();
  }

  #refuses(commit: Oid, rule: string, found: string): void {
    this.verdicts.set(commit, rule);
    this.#tell(`refuses ${commit} by ${rule}: ${found}`);
  }

  #considered(): void {
    this.around.network.reconsider();
  }

  #tell(what: string): void {
    this.around.log.add(`${this.around.time.ms} ${this.name} ${what}`);
  }

  /** As much of an account as keeping one conversation in step takes. */
  #context(clock: Clock, chance: () => number): AccountContext {
    const { life } = this;
    const log: Log = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (_fields, text) => this.around.report('S1', `${this.name}: ${text}`),
    };
    const context = {
      writer: this.player.writer,
      ports: { clock, chance, log },
      emit: (name: string, { commit, rule, found }: Record<string, string>) => {
        if (!life.alive || name !== 'CommitRefused') return;
        this.#refuses(commit as Oid, rule ?? '', found ?? '');
      },
      finishCloneOnce: async () => {},
    };
    // The rest of an account is no part of one conversation: nothing here asks for it.
    return context as unknown as AccountContext;
  }
}
