import { ACTORS, type ActorName } from './actors/index.ts';
import { Chance } from './chance.ts';
import { FAULTS, type FaultName } from './faults.ts';

/** What a seed makes of a simulation, before anything happens in it. */
export interface Plan {
  readonly seed: number;
  readonly charter: {
    readonly mode: 0 | 1 | 2 | 3;
    readonly flat?: true;
    readonly profile?: 'member';
  };
  /** Per account: how many devices it has. The first account founds the group. */
  readonly devices: readonly number[];
  /** All of them are admins from the beginning, nearly, and vote more than they talk. */
  readonly isCouncil: boolean;
  /** Commits that are to be written before the faults stop. */
  readonly commits: number;
  readonly faults: readonly FaultName[];
  /** Devices in hostile hands, as account and device number, and what they do. */
  readonly hostile: readonly {
    readonly account: number;
    readonly device: number;
    readonly actor: ActorName;
  }[];
}

const LEAST = { accounts: 4, devices: 6, commits: 60 };
const MOST = { accounts: 8, devices: 20, commits: 300 };
/** Commits times devices: large in one way is enough. */
const MOST_WORK = 1400;

/** Mostly small: what goes wrong goes wrong among few, and a seed of the largest size costs thirty of the smallest. */
function drawn(chance: Chance, least: number, most: number): number {
  return least + Math.floor((most - least + 1) * chance.unit() ** 20);
}

export function planOf(seed: number): Plan {
  const chance = new Chance(seed, 'plan');
  const accounts = drawn(chance, LEAST.accounts, MOST.accounts);
  const devices = Array.from({ length: accounts }, () => 1);
  const wanted = Math.max(drawn(chance, LEAST.devices, MOST.devices), accounts);
  for (let count = accounts; count < wanted; count++) {
    const at = chance.below(accounts);
    devices[at] = (devices[at] ?? 0) + 1;
  }
  const isCouncil = chance.happens(0.3);
  return {
    seed,
    isCouncil,
    charter: isCouncil ? { mode: 2 } : charterOf(chance),
    devices,
    commits: drawn(chance, LEAST.commits, Math.min(MOST.commits, Math.floor(MOST_WORK / wanted))),
    faults: (Object.keys(FAULTS) as FaultName[]).filter(
      (name) => chance.happens(0.4) || (isCouncil && name === 'partition'),
    ),
    hostile: hostileOf(chance, devices),
  };
}

function charterOf(chance: Chance): Plan['charter'] {
  const mode = chance.weighed([
    [1, 0],
    [3, 1],
    [7, 2],
    [3, 3],
  ] as const);
  const flat = (mode === 2 || mode === 3) && chance.happens(0.1);
  return {
    mode: mode ?? 2,
    ...(flat ? { flat: true } : {}),
    ...(chance.happens(0.3) ? { profile: 'member' } : {}),
  };
}

/** One to three, never more than a third of the devices. */
function hostileOf(chance: Chance, devices: readonly number[]): Plan['hostile'] {
  const all = devices.flatMap((count, account) =>
    Array.from({ length: count }, (_, device) => ({ account, device })),
  );
  // The device that founds the group is honest: else there may never be one.
  const count = Math.min(chance.between(1, 3), Math.floor(all.length / 3));
  return chance
    .shuffled(all.slice(1))
    .slice(0, count)
    .map((where) => ({ ...where, actor: actorAt(where, chance) }));
}

function actorAt({ account }: { account: number }, chance: Chance): ActorName {
  // Only who founds the group was ever its only admin.
  const names = ACTOR_NAMES.filter((name) => name !== 'usurper' || account === 0);
  return account === 0 && chance.happens(0.5) ? 'usurper' : (chance.pick(names) ?? 'poisoner');
}

const ACTOR_NAMES = Object.keys(ACTORS) as ActorName[];
