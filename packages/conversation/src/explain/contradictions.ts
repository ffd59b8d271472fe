import { type Act, apart } from '../act.ts';
import { type Entry, isAncestor } from '../entry.ts';
import type { History } from '../history.ts';
import type { Voids } from '../voids.ts';
import type { Contradiction } from './explanation.ts';
import { named } from './named-act.ts';

/** One pair proves it; more only say it louder. */
const MOST_TOLD = 20;

/**
 * Where an account has contradicted itself, as far as its commits show it: votes and resolutions apart from each
 * other, and the first fork of each of its devices.
 */
export function contradictionsOf(
  uri: string,
  history: History,
  voids: Voids,
): readonly Contradiction[] {
  const pairs = [...decisionsApart(uri, history), ...forksOf(uri, history)];
  const told = new Map<string, Contradiction>();
  for (const [one, other] of pairs) {
    if (told.size >= MOST_TOLD) break;
    told.set([one.oid, other.oid].sort().join(' '), contradiction(one, other, voids));
  }
  return [...told.values()];
}

/** Two commits of one account that stand apart. */
export function contradiction(one: Entry, other: Entry, voids: Voids): Contradiction {
  const [a, b] = [named(one, voids), named(other, voids)];
  return {
    ...{ uri: one.uri, one: a, other: b },
    isOpen: isSay(one) && isSay(other) && a.void === undefined && b.void === undefined,
  };
}

const isDecision = ({ kind, decision }: Act) => kind === 'vote' || decision !== undefined;
const isSay = ({ act }: Entry) => act !== undefined && isDecision(act);

function* decisionsApart(uri: string, history: History): Generator<[Entry, Entry]> {
  const own = history.acts.filter((act) => act.uri === uri && isDecision(act));
  for (const [at, one] of own.entries()) {
    for (const other of own.slice(at + 1)) {
      const entries = [history.entry(one.oid), history.entry(other.oid)] as const;
      if (apart(one, other) && entries[0] && entries[1]) yield [entries[0], entries[1]];
    }
  }
}

/** Of each device the first commit that hasn't the one before it among its ancestors. */
function* forksOf(uri: string, history: History): Generator<[Entry, Entry]> {
  const last = new Map<string, Entry>();
  const forked = new Set<string>();
  for (const entry of history.ordered) {
    const { device } = entry;
    if (entry.uri !== uri || forked.has(device)) continue;
    const before = last.get(device);
    last.set(device, entry);
    if (!before || isAncestor(before, entry.parents)) continue;
    forked.add(device);
    yield [before, entry];
  }
}
