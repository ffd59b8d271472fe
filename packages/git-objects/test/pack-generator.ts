import { deflateSync } from 'node:zlib';
import { utf8 } from '@covey/codec';
import { nodeDigests } from '@covey/node-crypto';
import {
  commitPayload,
  type GitObject,
  type ObjectType,
  type Oid,
  oidOf,
  signedCommit,
  writeTree,
} from '../src/index.ts';
import type { Chance } from './chance.ts';
import { applied, type DeltaStep, deltaProgram, stepsBetween } from './delta-program.ts';
import type { RawEntry, RawPack } from './raw-pack.ts';
import { stored } from './stored.ts';

/** A pack that is well formed, whether or not it is within our limits. */
export interface GeneratedPack {
  readonly kind: PackKind;
  readonly pack: RawPack;
  /** Ids of what it holds, each as often as it does. */
  readonly oids: readonly Oid[];
  /** Each base stands before what builds on it. */
  readonly isInOrder: boolean;
  /** Objects that a reader of a thin pack must have. */
  readonly outside: readonly GitObject[];
}

/** An object with its place in the chain of deltas. */
interface Made {
  readonly object: GitObject;
  readonly oid: Oid;
  /** `undefined`: outside of the pack. */
  readonly key?: number;
}

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3 };
/** Where the length of a size, or the form of a zlib stream, changes. */
const EDGES = [0, 1, 15, 16, 127, 128, 2047, 2048, 16_383, 16_384, 65_535, 65_536, 65_537];
const MAX_BLOB = 256 * 1024;
const DEEPEST = 50;

/** Collects the entries of one pack. */
class PackPlan {
  readonly chance: Chance;
  readonly made: Made[] = [];
  readonly entries: RawEntry[] = [];
  readonly outside: GitObject[] = [];

  constructor(chance: Chance) {
    this.chance = chance;
  }

  whole(object: GitObject): Made {
    return this.#add(object, { type: TYPE_NUMBERS[object.type], body: object.bytes });
  }

  blob(size: number): Made {
    return this.whole({ type: 'blob', bytes: this.chance.bytes(size) });
  }

  /** An object that the reader has, and the pack has not. */
  borrow(object: GitObject): Made {
    this.outside.push(object);
    return { object, oid: oidOf(object, nodeDigests) };
  }

  delta(base: Made, steps: readonly DeltaStep[], by = this.chance.pick(['offset', 'id'])): Made {
    const bytes = applied(base.object.bytes, steps);
    const body = deltaProgram(base.object.bytes.length, bytes.length, steps);
    const { key } = base;
    return this.#add(
      { type: base.object.type, bytes },
      by === 'offset' && key !== undefined
        ? { type: 6, base: { key }, body }
        : { type: 7, base: base.oid, body },
    );
  }

  /** The object as a delta on one like it, or whole. */
  like(base: Made | undefined, object: GitObject): Made {
    if (!base || this.chance.isOneIn(3)) return this.whole(object);
    return this.delta(base, stepsBetween(base.object.bytes, object.bytes));
  }

  /** A few steps over a base, which end with bytes that no other object has. */
  edits(base: Made): readonly DeltaStep[] {
    const { chance } = this;
    const { length } = base.object.bytes;
    const steps = Array.from({ length: chance.between(0, 4) }, (): DeltaStep => {
      const copy = chance.between(0, Math.max(0, length - 1));
      if (length === 0 || chance.isOneIn(3))
        return { insert: chance.bytes(chance.between(1, 300)) };
      return { copy, size: chance.between(1, Math.min(length - copy, 2000)) };
    });
    return [...steps, { insert: chance.bytes(chance.pick([8, 8, 126, 127, 128, 254, 255])) }];
  }

  /** Deltas, each on the one before. */
  chain(base: Made, depth: number): Made {
    let last = base;
    for (let left = depth; left > 0; left--) last = this.delta(last, this.edits(last));
    return last;
  }

  #add(object: GitObject, entry: Omit<RawEntry, 'key' | 'deflate'>): Made {
    const key = this.made.length;
    const made = { object, key, oid: oidOf(object, nodeDigests) };
    this.made.push(made);
    const deflate = this.chance.pick([stored, packed, packed, fastest, smallest]);
    this.entries.push({ key, deflate, ...entry });
    return made;
  }
}

const packed = (bytes: Uint8Array) => deflateSync(bytes);
const fastest = (bytes: Uint8Array) => deflateSync(bytes, { level: 1 });
const smallest = (bytes: Uint8Array) => deflateSync(bytes, { level: 9, memLevel: 1 });

const SHARES: Readonly<Record<string, number>> = {
  whole: 10,
  history: 10,
  'thin history': 10,
  chain: 10,
  fan: 10,
  thin: 10,
  'large copies': 3,
  'large blob': 1,
  'too large': 2,
};

/** The kinds of pack, each with its recipe. */
const RECIPES = {
  empty: () => {},
  whole: (plan) => {
    const { chance } = plan;
    // Blobs of fewer bytes come twice by chance.
    for (let left = chance.between(1, 10); left > 0; left--) plan.blob(chance.between(8, 400));
    plan.blob(chance.pick(EDGES));
  },
  many: (plan) => {
    for (let left = plan.chance.between(200, 500); left > 0; left--) {
      plan.blob(plan.chance.between(8, 20));
    }
  },
  history: (plan) => writeHistory(plan, {}),
  'thin history': (plan) => {
    const known = new PackPlan(plan.chance);
    const last = writeHistory(known, {});
    for (const { object } of known.made) plan.borrow(object);
    const outside = Object.entries(last).map(([name, { object, oid }]) => [name, { object, oid }]);
    writeHistory(plan, Object.fromEntries(outside));
  },
  chain: (plan) => {
    plan.chain(plan.blob(plan.chance.between(0, 3000)), plan.chance.between(1, 20));
  },
  deepest: (plan) => {
    plan.chain(plan.blob(100), DEEPEST);
  },
  'too deep': (plan) => {
    plan.chain(plan.blob(100), DEEPEST + plan.chance.between(1, 10));
  },
  fan: (plan) => {
    const bases = [plan.blob(500)];
    for (let left = plan.chance.between(2, 30); left > 0; left--) {
      const base = plan.chance.pick(bases);
      const made = plan.delta(base, plan.edits(base));
      if (bases.length < 10) bases.push(made);
    }
  },
  thin: (plan) => {
    const { chance } = plan;
    for (let left = chance.between(1, 3); left > 0; left--) {
      const base = plan.borrow({ type: 'blob', bytes: chance.bytes(chance.between(8, 2000)) });
      const made = plan.delta(base, plan.edits(base));
      plan.chain(made, chance.between(0, 4));
      // Sent all the same: then nothing is missing.
      if (chance.isOneIn(4)) plan.whole(base.object);
    }
    if (chance.isOneIn(2)) plan.blob(50);
  },
  'large copies': (plan) => {
    const { chance } = plan;
    const base = plan.blob(chance.between(200_000, MAX_BLOB));
    const size = chance.pick([65_535, 65_536, 65_537, 131_072]);
    const copy = chance.pick([0, 1, 255, 256, 65_536, base.object.bytes.length - size]);
    plan.delta(base, [{ copy, size }, { insert: chance.bytes(8) }]);
    plan.delta(base, [{ insert: chance.bytes(127) }, { copy: 65_536, size: 256 }]);
    if (chance.isOneIn(2)) plan.delta(base, [{ copy: 0, size: MAX_BLOB / 2 }]);
  },
  'large blob': (plan) => {
    plan.blob(MAX_BLOB);
  },
  'too large': (plan) => {
    const { chance } = plan;
    if (chance.isOneIn(2)) plan.blob(MAX_BLOB + 1);
    const base = plan.blob(MAX_BLOB - 7);
    plan.delta(base, [{ copy: 0, size: MAX_BLOB - 7 }, { insert: chance.bytes(8) }]);
  },
  'small result': (plan) => {
    const steps = [[{ copy: 0, size: 1 }], [{ insert: Uint8Array.of(1) }]];
    plan.delta(plan.blob(plan.chance.pick([100, 200, 20_000])), plan.chance.pick(steps));
  },
  'empty result': (plan) => {
    plan.delta(plan.blob(plan.chance.pick([20_000, 70_000])), []);
  },
  'empty result of a short program': (plan) => {
    plan.delta(plan.blob(plan.chance.pick([100, 200, 10_000])), []);
  },
  'cycle that starts outside': (plan) => {
    const [one, other] = [plan.chance.bytes(20), plan.chance.bytes(20)];
    const outside = plan.borrow({ type: 'blob', bytes: one });
    const made = plan.delta(outside, [{ insert: other }], 'id');
    plan.delta(made, [{ insert: one }], 'id');
  },
  twice: (plan) => {
    const { chance } = plan;
    const one = plan.blob(chance.between(1, 300));
    const other = plan.blob(chance.between(1, 300));
    if (chance.isOneIn(3)) plan.whole(one.object);
    else plan.delta(other, stepsBetween(other.object.bytes, one.object.bytes));
  },
} satisfies Record<string, (plan: PackPlan) => void>;

/** What the generator meant a pack to show. */
export type PackKind = keyof typeof RECIPES;

/** The kinds of pack in the proportion in which they come; what is large and slow comes seldom. */
export const PACK_KINDS: readonly PackKind[] = (Object.keys(RECIPES) as PackKind[]) // its own keys
  .flatMap((kind) => Array.from({ length: SHARES[kind] ?? 4 }, () => kind));

type History = { [part in 'blob' | 'inner' | 'root' | 'commit']?: Made };

/** A commit for each of a few states of a folder with a subfolder, one after the other; gives the last. */
function writeHistory(plan: PackPlan, start: History): History {
  const { chance } = plan;
  const person = { name: 'Alice', email: chance.hex(64), zone: '+0000' };
  let last = start;
  for (let at = chance.between(1, 8); at > 0; at--) {
    const name = `message-${chance.hex(4)}`;
    const text = `${name} ${chance.text('ab\n', 10, 300)}`;
    const blob = plan.like(last.blob, { type: 'blob', bytes: utf8(text) });
    const inner = plan.like(last.inner, tree(['100644', name, blob.oid]));
    const rootEntries = tree(['40000', 'inner', inner.oid], ['100644', name, blob.oid]);
    const root = plan.like(last.root, rootEntries);
    const payload = commitPayload({
      tree: root.oid,
      parents: last.commit ? [last.commit.oid] : [],
      person: { ...person, time: 1_700_000_000 + at },
      message: `{"body":"${at}"}`,
    });
    const signature = Buffer.from(chance.bytes(64)).toString('base64');
    const bytes = signedCommit(payload, signature);
    const commit = plan.like(last.commit, { type: 'commit', bytes });
    last = { blob, inner, root, commit };
  }
  return last;
}

/** The entries may come in any order. */
function tree(...entries: readonly (readonly ['100644' | '40000', string, Oid])[]): GitObject {
  return {
    type: 'tree',
    bytes: writeTree(entries.map(([mode, name, oid]) => ({ mode, name, oid }))),
  };
}

/** A well formed pack of some kind. */
export function generatePack(chance: Chance, kind: PackKind): GeneratedPack {
  const plan = new PackPlan(chance);
  RECIPES[kind](plan);
  const isInOrder = chance.isOneIn(2);
  return {
    kind,
    isInOrder,
    pack: { entries: isInOrder ? plan.entries : reordered(plan.entries, chance) },
    oids: plan.made.map(({ oid }) => oid),
    outside: plan.outside,
  };
}

/** Any order in which no delta by offset stands before its base. */
function reordered(entries: readonly RawEntry[], chance: Chance): readonly RawEntry[] {
  const placed = new Set<number>();
  const result: RawEntry[] = [];
  let waiting = chance.shuffled(entries);
  while (waiting.length > 0) {
    const isReady = ({ base }: RawEntry) =>
      typeof base !== 'object' || !('key' in base) || placed.has(base.key);
    for (const entry of waiting.filter(isReady)) {
      placed.add(entry.key);
      result.push(entry);
    }
    waiting = waiting.filter(({ key }) => !placed.has(key));
  }
  return result;
}
