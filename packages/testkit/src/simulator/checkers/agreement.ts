import type { Entry } from '@covey/conversation';
import { readCommit } from '@covey/git-objects';
import type { Checker } from '../ending.ts';

const idsOf = (entries: readonly Entry[]) => entries.map(({ oid }) => oid).join(' ');

export const sameState: Checker = {
  name: 'S1',
  promises:
    'the same commits come to the same verdicts, state, order and tree on every honest device',
  async *check({ simulation, circle, union, reader }) {
    const { tree } = await union.resolved(reader);
    const byHeads = new Map([
      [idsOf(union.heads), { who: 'the union', tree, order: idsOf(union.ordered) }],
    ]);
    for (const { name, history, runtime } of circle) {
      if (history.size === 0) continue;
      const mine = {
        who: name,
        tree: (await runtime.resolved()).tree,
        order: idsOf(history.ordered),
      };
      const other = byHeads.get(idsOf(history.heads));
      if (!other) byHeads.set(idsOf(history.heads), mine);
      else if (other.tree !== mine.tree)
        yield `${other.who} has tree ${other.tree}, ${name} ${mine.tree}`;
      else if (other.order !== mine.order) yield `${other.who} and ${name} show another order`;
    }
    const verdicts = new Map<string, { by: string; verdict: string }>();
    for (const device of simulation.honest) {
      for (const [oid, verdict] of device.verdicts) {
        const other = verdicts.get(oid);
        if (!other) verdicts.set(oid, { by: device.name, verdict });
        else if (other.verdict !== verdict) {
          yield `${oid}: ${other.verdict} on ${other.by}, ${verdict} on ${device.name}`;
        }
      }
    }
  },
};

export const causalOrder: Checker = {
  name: 'S5',
  promises: 'a commit is never shown before its parents',
  *check({ circle }) {
    for (const { name, history } of circle) {
      const shown = new Set<Entry>();
      for (const entry of history.ordered) {
        const early = entry.parents.find((parent) => !shown.has(parent));
        if (early) yield `${name} shows ${entry.oid} before its parent ${early.oid}`;
        shown.add(entry);
      }
    }
  },
};

export const noDuplicates: Checker = {
  name: 'S6',
  promises: 'no commit is there twice, under one id or under two',
  async *check({ circle, union, reader }) {
    for (const { name, history } of circle) {
      const { size } = new Set(history.ordered.map(({ oid }) => oid));
      if (size !== history.ordered.length) yield `${name} shows a commit twice`;
    }
    const payloads = new Map<string, string>();
    for (const { oid } of union.ordered) {
      const object = await reader.read(oid);
      const payload = object && readCommit(object.bytes).commit?.payload;
      if (!payload) continue;
      const key = Buffer.from(payload).toString('latin1');
      const twin = payloads.get(key);
      if (twin !== undefined) yield `${oid} is ${twin} under another signature`;
      payloads.set(key, oid);
    }
  },
};
