import type { Entry, Intent } from '@covey/conversation';
import type { Effect } from '@covey/replication';
import { Chance } from '../simulator/chance.ts';
import { VirtualTime } from '../simulator/virtual-time.ts';
import type { GossipDevice } from './gossip-device.ts';

/** What went over the links. */
interface Traffic {
  /** Each to one device. */
  readonly announcements: number;
  readonly fetches: number;
  /** In all answers together. */
  readonly commits: number;
}

/** Called when a device has new commits, before it announces them. */
export type Moved = (device: GossipDevice, now: Date) => Promise<void> | void;

/** One way of a message, milliseconds. */
type Latency = readonly [least: number, most: number];

type Link = readonly [GossipDevice, GossipDevice];

/** As production's `Exchange` does: between two announcements to one device, after the answer to the first. */
const BREATH_MS = 40;

/** Much longer than any way through the network, and than anybody is given to speak. */
const NEVER_MS = 4 * 3_600_000;

/**
 * Carries what replicators say between devices, in virtual time: one seed, one order of events. Who is linked with whom
 * decides the caller; what is on its way over a link that is cut is lost.
 */
export class GossipNetwork {
  readonly chance: Chance;
  readonly #time: VirtualTime;
  readonly #latency: Latency;
  readonly #links = new Map<string, Link>();
  readonly #moved: Moved;
  /** Ways with an announcement under way, and whether there is more to say since. */
  readonly #announcing = new Map<string, boolean>();
  #traffic = { announcements: 0, fetches: 0, commits: 0 };
  #failure: { readonly reason: unknown } | undefined;

  constructor({
    seed,
    latency = [20, 200],
    moved = () => {},
  }: {
    readonly seed: number;
    readonly latency?: Latency;
    readonly moved?: Moved;
  }) {
    this.chance = new Chance(seed, 'gossip');
    this.#time = new VirtualTime(this.chance.unit);
    this.#latency = latency;
    this.#moved = moved;
  }

  get links(): number {
    return this.#links.size;
  }

  link(a: GossipDevice, b: GossipDevice): void {
    const key = keyOf(a, b);
    if (a === b || this.#links.has(key)) return;
    this.#links.set(key, [a, b]);
    this.#do(a, b, a.replicator.linked(b.name));
    this.#do(b, a, b.replicator.linked(a.name));
  }

  /** Cuts all links between these and those. */
  cut(these: readonly GossipDevice[], those: readonly GossipDevice[]): void {
    for (const a of these) {
      for (const b of those) {
        if (!this.#links.delete(keyOf(a, b))) continue;
        this.#announcing.delete(`${a.name} > ${b.name}`);
        this.#announcing.delete(`${b.name} > ${a.name}`);
        this.#effects(a, a.replicator.unlinked(b.name));
        this.#effects(b, b.replicator.unlinked(a.name));
      }
    }
  }

  /** Says something on this device now. @throws {CoveyError} COMMIT_REFUSED */
  async write(device: GossipDevice, intent: Intent): Promise<Entry> {
    const entry = await device.write(intent, this.#time.date());
    await this.#hasMoved(device);
    return entry;
  }

  /** Lets something be done later. */
  after(ms: number, task: () => Promise<unknown> | undefined): void {
    this.#time.after(ms, '', () => {
      const running = task();
      if (!running) return;
      void this.#time.standingStill(running).catch((reason: unknown) => {
        this.#failure ??= { reason };
      });
    });
  }

  /** Runs until nothing is on its way any more. Answers what it took since the last time. */
  async silence(): Promise<Traffic> {
    if (!(await this.pass(NEVER_MS))) throw new Error(`the group still talks after four hours`);
    const traffic = this.#traffic;
    this.#traffic = { announcements: 0, fetches: 0, commits: 0 };
    return traffic;
  }

  /** Lets that much time pass. Answers whether nothing is on its way any more. */
  async pass(ms: number): Promise<boolean> {
    const isSilent = await this.#time.run(ms);
    if (this.#failure) throw this.#failure.reason;
    return isSilent;
  }

  async #hasMoved(device: GossipDevice): Promise<void> {
    await this.#moved(device, this.#time.date());
    this.#effects(device, device.replicator.moved(device.heads));
  }

  #effects(from: GossipDevice, effects: readonly Effect[]): void {
    for (const effect of effects) {
      const link = this.#links.get([from.name, effect.peer].sort().join(' '));
      const to = link?.find(({ name }) => name === effect.peer);
      if (to) this.#do(from, to, [effect]);
    }
  }

  #do(from: GossipDevice, to: GossipDevice, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'fetch') this.#fetch(from, to, effect.wants);
      else this.#announce(from, to);
    }
  }

  /** The first at once; what moves meanwhile is told in one word a moment later. */
  #announce(from: GossipDevice, to: GossipDevice): void {
    const way = `${from.name} > ${to.name}`;
    if (this.#announcing.has(way)) {
      this.#announcing.set(way, true);
      return;
    }
    this.#announcing.set(way, false);
    this.#traffic.announcements++;
    const { heads } = from;
    this.#carry(from, to, () => {
      this.#effects(to, to.replicator.announced(from.name, heads));
      this.#carry(to, from, () => {
        this.after(BREATH_MS, () => {
          const isMore = this.#announcing.get(way);
          this.#announcing.delete(way);
          if (isMore && this.#links.has(keyOf(from, to))) this.#announce(from, to);
          return undefined;
        });
        return undefined;
      });
      return undefined;
    });
  }

  #fetch(from: GossipDevice, to: GossipDevice, wants: Parameters<GossipDevice['wanted']>[0]): void {
    this.#traffic.fetches++;
    const wanted = from.wanted(wants);
    this.#carry(from, to, () => {
      const answer = to.answer(wanted);
      this.#traffic.commits += answer.length;
      this.#carry(to, from, async () => {
        const added = await from.take(answer);
        if (added > 0) await this.#hasMoved(from);
        this.#effects(from, from.replicator.fetched(to.name, 'done'));
      });
      return undefined;
    });
  }

  /** One way over a link, if it is still the same when that has passed. */
  #carry(from: GossipDevice, to: GossipDevice, arrive: () => Promise<void> | undefined): void {
    const key = keyOf(from, to);
    const link = this.#links.get(key);
    this.after(this.chance.between(...this.#latency), () =>
      this.#links.get(key) === link ? arrive() : undefined,
    );
  }
}

const keyOf = (a: GossipDevice, b: GossipDevice) => [a.name, b.name].sort().join(' ');
