import type { Chance } from './chance.ts';
import type { VirtualTime } from './virtual-time.ts';
import { type Host, Wire } from './wire.ts';

/** What the lines are like at present. Faults change it; when they stop, it is `CALM`. */
export interface Weather {
  readonly delayMs: readonly [least: number, most: number];
  /** Of a message, 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  /** Does a message get from one device to another? */
  readonly passes: (from: string, to: string) => boolean;
  /** To how many others a device keeps a connection. */
  readonly degree: number;
}

export const CALM: Weather = {
  delayMs: [10, 60],
  loss: 0,
  duplication: 0,
  passes: () => true,
  degree: 4,
};

/** A silent line is given up after this. */
const KEEP_ALIVE_MS = 15_000;
const RECONSIDERED_MS = 50;
const DIAL_MS = [20, 400] as const;
const DIAL_AGAIN_MS = [500, 3000] as const;

/** Lines between all devices, some of which are in use. Whom a device wants to talk with, it says itself. */
export class SimulatedNetwork {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly #hosts: Host[] = [];
  readonly #wires = new Map<string, Wire>();
  readonly #dialing = new Set<string>();
  /** Talks between two that don't exchange, with what each had then. */
  readonly #visits = new Set<string>();
  #isDue = false;
  weather: Weather = CALM;
  sent = 0;

  constructor(time: VirtualTime, chance: Chance) {
    this.time = time;
    this.chance = chance;
  }

  get hosts(): readonly Host[] {
    return this.#hosts;
  }

  get wires(): readonly Wire[] {
    return [...this.#wires.values()];
  }

  attach(host: Host): void {
    this.#hosts.push(host);
  }

  /** One message: late, lost, doubled, overtaken by others. */
  send(from: Host, to: Host, deliver: () => void): void {
    this.sent++;
    const { delayMs, loss, duplication, passes } = this.weather;
    if (!passes(from.name, to.name) || (loss > 0 && this.chance.happens(loss))) return;
    const copies = duplication > 0 && this.chance.happens(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.time.after(this.chance.between(...delayMs), to.name, deliver);
    }
  }

  changeWeather(weather: Weather): void {
    this.weather = weather;
    for (const wire of this.#wires.values()) {
      if (this.#bothWays(wire.one, wire.other)) continue;
      this.time.after(this.chance.between(1000, KEEP_ALIVE_MS), '', () => {
        if (!this.#bothWays(wire.one, wire.other)) wire.close('PEER_UNREACHABLE');
      });
    }
    this.#visits.clear();
    this.reconsider();
  }

  /** Somebody has come or gone, may talk now or no more: connections are made and cut accordingly, in a moment. */
  reconsider(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.time.after(RECONSIDERED_MS, '', () => {
      this.#isDue = false;
      this.#reconsider();
    });
  }

  #reconsider(): void {
    for (const wire of this.#wires.values()) {
      if (!this.#wanted(wire.one, wire.other)) wire.close('PEER_REFUSED');
    }
    const pairs = this.#hosts.flatMap((one, at) =>
      this.#hosts.slice(at + 1).map((other) => [one, other] as const),
    );
    this.#connect(pairs);
    for (const [one, other] of pairs) {
      if (!one.up || !other.up || this.#wanted(one, other)) continue;
      this.#visit(one, other);
      this.#visit(other, one);
    }
  }

  /** As many connections as each may have; more only where some would not reach the others. */
  #connect(pairs: readonly (readonly [Host, Host])[]): void {
    const used = new Map<Host, number>();
    const company = new Map(this.#hosts.map((host) => [host, new Set([host])]));
    const join = (one: Host, other: Host) => {
      for (const host of [one, other]) used.set(host, (used.get(host) ?? 0) + 1);
      const [ours, theirs] = [company.get(one), company.get(other)];
      if (!ours || !theirs || ours === theirs) return;
      for (const host of theirs) company.set(host, ours.add(host));
    };
    const open: (readonly [Host, Host])[] = [];
    for (const pair of pairs) {
      const line = lineOf(...pair);
      if (this.#wires.has(line) || this.#dialing.has(line)) join(...pair);
      else if (this.#wanted(...pair) && this.#bothWays(...pair)) open.push(pair);
    }
    const isFree = (host: Host) => (used.get(host) ?? 0) < this.weather.degree;
    for (const [one, other] of this.chance.shuffled(open)) {
      if (company.get(one) === company.get(other) && !(isFree(one) && isFree(other))) continue;
      join(one, other);
      this.#dial(one, other, DIAL_MS);
    }
  }

  /** Who doesn't exchange with another, or not any more, still hears of resolutions (authority.md, admission). */
  #visit(guest: Host, host: Host): void {
    if (guest.tips.length === 0 || host.tips.length === 0 || !host.knows(guest)) return;
    const visit = `${lineOf(guest, host)} ${guest.tips} ${host.tips}`;
    if (this.#visits.has(visit)) return;
    this.#visits.add(visit);
    const { life } = guest;
    this.send(guest, host, () => {
      if (!host.up) return;
      void host.offersTo(guest).then((parcel) =>
        this.send(host, guest, () => {
          if (life.alive) void guest.hears(parcel);
        }),
      );
    });
  }

  #dial(one: Host, other: Host, waitMs: readonly [number, number]): void {
    const line = lineOf(one, other);
    this.#dialing.add(line);
    this.time.after(this.chance.between(...waitMs), '', () => {
      this.#dialing.delete(line);
      if (this.#wires.has(line) || !this.#wanted(one, other) || !this.#bothWays(one, other)) return;
      const wire = new Wire(this, one, other, () => {
        this.#wires.delete(line);
        if (this.#wanted(one, other) && this.#bothWays(one, other)) {
          this.#dial(one, other, DIAL_AGAIN_MS);
        }
        // Others may have reached each other over this one alone.
        this.reconsider();
      });
      this.#wires.set(line, wire);
      wire.open();
    });
  }

  #wanted(one: Host, other: Host): boolean {
    return one.up && other.up && one.wants(other) && other.wants(one);
  }

  #bothWays({ name: one }: Host, { name: other }: Host): boolean {
    return this.weather.passes(one, other) && this.weather.passes(other, one);
  }
}

const lineOf = (one: Host, other: Host) => `${one.name} ${other.name}`;
