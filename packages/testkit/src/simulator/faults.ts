import type { Chance } from './chance.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import { CALM, type Weather } from './simulated-network.ts';

/** What faults may get at. */
export interface Machines {
  readonly devices: readonly SimulatedDevice[];
  /** Calls back after so many milliseconds. */
  after(ms: number, happen: () => void): void;
  /** Changes the weather for some time. */
  blow(gust: Partial<Weather>, ms: number): void;
  /** Starts a device that has crashed. */
  restart(device: SimulatedDevice): void;
  /** Puts back an old state of a disk, under a program that is not running. */
  restore(device: SimulatedDevice, image: ReturnType<SimulatedDevice['disk']['image']>): void;
  tell(what: string): void;
}

/** Something that goes wrong for a while. Called several times in one simulation. */
type Fault = (machines: Machines, chance: Chance) => void;

const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;
const shortly = (chance: Chance) => chance.between(1000, 20_000);

const nameOf = ({ name }: { name: string }) => name;

export const FAULTS = {
  delay: ({ blow }, chance) => blow({ delayMs: [50, chance.between(100, 5000)] }, shortly(chance)),
  loss: ({ blow }, chance) => blow({ loss: chance.unit() / 2 }, shortly(chance)),
  duplication: ({ blow }, chance) => blow({ duplication: chance.unit() }, shortly(chance)),
  reordering: ({ blow }, chance) => blow({ delayMs: [1, 3000] }, shortly(chance)),
  'one-way links': ({ blow, devices }, chance) => {
    const deaf = new Set(devices.filter(() => chance.happens(0.3)).map(nameOf));
    blow({ passes: (from, to) => !deaf.has(to) || deaf.has(from) }, shortly(chance));
  },
  partition: ({ blow, devices }, chance) => {
    const parts = chance.between(2, 3);
    const part = new Map(devices.map(({ name }) => [name, chance.below(parts)]));
    blow({ passes: (from, to) => part.get(from) === part.get(to) }, chance.between(3000, 40_000));
  },
  /** Cut off one by one, healed in another order. */
  swizzle: ({ blow, devices, after }, chance) => {
    for (const { name } of chance.shuffled(devices).slice(0, chance.between(2, devices.length))) {
      const passes = (from: string, to: string) => from !== name && to !== name;
      after(chance.between(0, 10_000), () => blow({ passes }, chance.between(1000, 30_000)));
    }
  },
  crash: ({ devices, restart, after }, chance) => {
    for (const device of devices.filter(() => chance.happens(0.3))) {
      if (!device.up) continue;
      device.crash();
      after(chance.between(100, 15_000), () => restart(device));
    }
  },
  'disk full': ({ devices, after, tell }, chance) => {
    for (const { disk, name } of devices.filter(() => chance.happens(0.2))) {
      disk.isFull = true;
      tell(`disk of ${name} is full`);
      after(shortly(chance), () => {
        disk.isFull = false;
      });
    }
  },
  'clock jump': ({ devices, tell }, chance) => {
    const device = chance.pick(devices);
    if (!device) return;
    device.clockSkewMs = chance.happens(0.5) ? TEN_YEARS_MS : -TEN_YEARS_MS;
    tell(`clock of ${device.name} jumps by ${device.clockSkewMs}`);
  },
  'old back-up': ({ devices, after, restart, restore }, chance) => {
    const device = chance.pick(devices);
    if (!device?.up || device.disk.isEmpty) return;
    const image = device.disk.image();
    after(shortly(chance), () => {
      if (!device.up) return;
      device.crash();
      restore(device, image);
      after(chance.between(100, 5000), () => restart(device));
    });
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

/** All gusts that blow at once. */
export function weatherOf(gusts: readonly Partial<Weather>[], degree: number): Weather {
  const weather: Weather = Object.assign({}, CALM, ...gusts);
  return {
    ...weather,
    degree,
    passes: (from, to) => gusts.every(({ passes }) => passes?.(from, to) ?? true),
  };
}
