import { type CommitKind, collect, takesFromAnybody } from '@covey/conversation';
import type { Oid } from '@covey/git-objects';
import type { Player } from './player.ts';
import type { Outcome } from './scenario.ts';

/** What came of a step; `rule` says why it was refused. */
export interface StepResult {
  readonly outcome: Outcome;
  readonly rule?: string;
  /** Of a sync: an honest commit was refused, which no scenario can expect. */
  readonly fault?: string;
}

/** A commit that is offered, by whatever came of it. */
export interface Tip {
  readonly oid: Oid;
  readonly kind: CommitKind;
}

/** One device offers another some commits with all their ancestors: judged as a fetch, all or nothing. */
export async function offer(from: Player, to: Player, tips: readonly Tip[]): Promise<StepResult> {
  const rule = await notAdmitted(from, to, tips);
  if (rule !== undefined) return { outcome: 'refused', rule };
  const received = await to.receive(
    to,
    tips.map(({ oid }) => oid),
  );
  return 'broken' in received
    ? { outcome: 'refused', rule: received.broken.rule }
    : { outcome: 'accepted' };
}

/** What a device offers when it offers all that it has. */
export function tipsOf({ history }: Player): readonly Tip[] {
  return history.heads.map(({ oid, content: { kind } }) => ({ oid, kind }));
}

function kindsOf({ history }: Player, oids: readonly Oid[]): readonly Tip[] {
  return oids.flatMap((oid) => {
    const entry = history.entry(oid);
    return entry ? [{ oid, kind: entry.content.kind }] : [];
  });
}

/** Those that no other one has among its ancestors. */
export async function highest(tips: readonly Tip[], { store }: Player): Promise<readonly Tip[]> {
  const below = new Set<Oid>();
  for (const { oid } of tips) {
    for (const ancestor of await collect([oid], store)) if (ancestor !== oid) below.add(ancestor);
  }
  return tips.filter(({ oid }) => !below.has(oid));
}

/** The devices exchange all they have, in every direction, until nothing changes. */
export async function sync(players: readonly Player[]): Promise<StepResult> {
  const turned = new Set<string>();
  let met = false;
  for (let moved = true; moved; ) {
    moved = false;
    for (const from of players) {
      for (const to of players) {
        if (from === to || !from.hasConversation) continue;
        const { tips, rule } = await givenTo(from, to);
        if (rule === undefined) met = true;
        else turned.add(rule);
        if (tips.every(({ oid }) => to.history.entry(oid))) continue;
        const { outcome, rule: broken = '' } = await offer(from, to, tips);
        if (outcome === 'refused') {
          const fault = `${to.name} refuses what ${from.name} has by ${broken}`;
          return { outcome, rule: broken, fault };
        }
        moved = true;
      }
    }
  }
  const [rule] = turned;
  return met || rule === undefined ? { outcome: 'accepted' } : { outcome: 'refused', rule };
}

/**
 * What an honest device gives another one: all that it has, if both exchange with each other. Who takes nothing else
 * from it is given its resolutions, for two halves that have banned each other must hear of each other; who would
 * take all and isn't to have it gets nothing, for the banned are not told.
 */
async function givenTo(
  from: Player,
  to: Player,
): Promise<{ readonly tips: readonly Tip[]; readonly rule?: string }> {
  const rule = await to.turnsAway(from);
  if (rule !== undefined) {
    const told = await from.tells(to);
    return { rule, tips: kindsOf(from, told) };
  }
  const closed = await from.turnsAway(to);
  return closed === undefined ? { tips: tipsOf(from) } : { rule: closed, tips: [] };
}

async function notAdmitted(
  from: Player,
  to: Player,
  tips: readonly Tip[],
): Promise<string | undefined> {
  return takesFromAnybody(tips.map(({ kind }) => kind)) ? undefined : to.turnsAway(from);
}
