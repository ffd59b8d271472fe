import { Admission, collect, type Entry, History, type Voids } from '@covey/conversation';
import type { GitObject, ObjectReader, Oid } from '@covey/git-objects';
import { Chance } from './chance.ts';
import { SIMULATED_CRYPTO } from './simulated-crypto.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import type { Simulation } from './simulation.ts';

/** What there is when all is silent, for checkers to look at. */
export interface Ending {
  readonly simulation: Simulation;
  /**
   * Honest devices that by all that was written belong together (members and invited, neither banned nor revoked) and
   * that may reach each other, over one another.
   */
  readonly circle: readonly SimulatedDevice[];
  /** Those that belong to it as well, and exchange with none of it. */
  readonly strays: readonly (readonly SimulatedDevice[])[];
  /** All commits that anybody of the circle has, judged by somebody who was not there. */
  readonly union: History;
  readonly reader: ObjectReader;
  readonly voids: Voids;
}

/** Looks at one promise. Says what is wrong with it; nothing when it is kept. */
export interface Checker {
  readonly name: `S${number}`;
  readonly promises: string;
  check(ending: Ending): AsyncIterable<string> | Iterable<string>;
}

/** `undefined` when nobody of the group is left. */
export async function endingOf(simulation: Simulation): Promise<Ending | undefined> {
  const running = simulation.honest.filter(({ up }) => up);
  const { plan } = simulation;
  const all = await unionOf(running, plan.seed);
  const admission = await Admission.of(all.union, all.reader);
  const [circle = [], ...strays] = companies(
    running.filter((device) => admission.exchangesWith(device)),
  );
  if (circle.every(({ history }) => history.size === 0)) return undefined;
  const { union, reader } =
    circle.length === running.length ? all : await unionOf(circle, plan.seed);
  return { simulation, circle, strays, union, reader, voids: union.voids() };
}

/** Devices that exchange with each other, directly or over others; the largest company first. */
function companies(devices: readonly SimulatedDevice[]): readonly (readonly SimulatedDevice[])[] {
  const left = new Set(devices);
  const found: SimulatedDevice[][] = [];
  for (const first of devices) {
    if (!left.delete(first)) continue;
    const company = [first];
    // Grows while it is walked through.
    for (const one of company) {
      for (const other of left) {
        if (!one.wants(other) || !other.wants(one)) continue;
        left.delete(other);
        company.push(other);
      }
    }
    found.push(company);
  }
  return found.sort((a, b) => b.length - a.length);
}

async function unionOf(devices: readonly SimulatedDevice[], seed: number) {
  const reader: ObjectReader = { read: async (oid) => readFrom(devices, oid) };
  const heads = new Set(devices.flatMap(({ history }) => history.heads.map(({ oid }) => oid)));
  const union = new History(SIMULATED_CRYPTO, { profile: 'strict' });
  const order = await collect([...heads], reader);
  // In an order in which they reached nobody: whatever is numbered by arrival is numbered otherwise here.
  const entries = entriesOf(devices);
  for (const oid of anyOrder(order, entries, new Chance(seed, 'union'))) {
    const parents = entries.get(oid)?.parents ?? [];
    if (parents.some((parent) => !union.entry(parent.oid))) continue;
    const judged = await union.judge(oid, reader);
    if ('broken' in judged) {
      devices[0]?.around.report('S1', `${oid} was taken in and breaks ${judged.broken.rule}`);
    }
  }
  return { union, reader };
}

function readFrom(devices: readonly SimulatedDevice[], oid: Oid): GitObject | undefined {
  for (const { disk } of devices) {
    const object = disk.object(oid);
    if (object) return object;
  }
  return undefined;
}

function entriesOf(devices: readonly SimulatedDevice[]): ReadonlyMap<Oid, Entry> {
  const entries = new Map<Oid, Entry>();
  for (const { history } of devices)
    for (const entry of history.ordered) entries.set(entry.oid, entry);
  return entries;
}

/** Parents before children, otherwise by chance. */
function anyOrder(
  oids: readonly Oid[],
  entries: ReadonlyMap<Oid, Entry>,
  chance: Chance,
): readonly Oid[] {
  const waiting = new Map<Oid, number>();
  const children = new Map<Oid, Oid[]>();
  const ready: Oid[] = [];
  for (const oid of oids) {
    const parents = entries.get(oid)?.parents ?? [];
    waiting.set(oid, parents.length);
    if (parents.length === 0) ready.push(oid);
    for (const parent of parents) {
      children.set(parent.oid, [...(children.get(parent.oid) ?? []), oid]);
    }
  }
  const order: Oid[] = [];
  while (ready.length > 0) {
    const [oid] = ready.splice(chance.below(ready.length), 1) as [Oid]; // Not empty.
    order.push(oid);
    for (const child of children.get(oid) ?? []) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return order;
}
