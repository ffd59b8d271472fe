import type { Act } from './act.ts';
import { type Entry, exclusive } from './entry.ts';
import type { Seen } from './seen.ts';

/**
 * Says why judging the union of two histories would need the cut (authority.md), which this version
 * does not know: a removal on one side, and on the other something that its target wrote apart from it,
 * or a decision that counted the target's vote. `undefined`: nothing of both is void, whatever the rules.
 */
export function needsTheCut(sides: readonly Entry[], acts: readonly Act[]): string | undefined {
  for (const side of sides) {
    for (const other of sides) {
      if (side === other) continue;
      const removals = removalsIn(side.seen.minus(other.seen), acts);
      const why = removals.length === 0 ? undefined : struck(removals, exclusive([other], [side]));
      if (why) return why;
    }
  }
  return undefined;
}

interface Removal {
  readonly by: string;
  readonly targets: ReadonlySet<string>;
}

function removalsIn(seen: Seen, acts: readonly Act[]): readonly Removal[] {
  const removals: Removal[] = [];
  for (const index of seen) {
    const act = acts[index];
    if (!act) continue;
    const targets = act.places
      .filter(({ op }) => op === 'ban' || op === 'demotion')
      .map(({ uri }) => uri);
    if (act.deviceBan?.op === 'ban') targets.push(act.deviceBan.device);
    if (act.crl) targets.push(...devicesNamedBy(act.crl, acts));
    if (targets.length > 0) removals.push({ by: act.oid, targets: new Set(targets) });
  }
  return removals;
}

/** A list can name a device that its side of the history has never seen. */
function devicesNamedBy(
  { uri, revoked, devices }: NonNullable<Act['crl']>,
  acts: readonly Act[],
): readonly string[] {
  const named = acts.flatMap(({ paper }) =>
    paper?.uri === uri && revoked.has(paper.serial) ? [paper.device] : [],
  );
  return [...devices, ...named];
}

function struck(removals: readonly Removal[], written: readonly Entry[]): string | undefined {
  for (const { by, targets } of removals) {
    const cut = written.find(
      ({ content, uri, device, act }) =>
        act?.counted.some((voter) => targets.has(voter)) ||
        (content.kind !== 'merge' &&
          content.kind !== 'leave' &&
          (targets.has(uri) || targets.has(device))),
    );
    if (cut) return `commit ${cut.oid} stands apart from removal ${by}`;
  }
  return undefined;
}
