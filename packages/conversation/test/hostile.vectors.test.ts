import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES, RULES_FOR_EVERY_COMMIT } from '@covey/conversation';
import type { HostileFile, HostileHistory } from './hostile/history-file.ts';
import { judgeHistory } from './hostile/judge-history.ts';
import { likeness, makeHostileHistories } from './hostile/make-histories.ts';
import { parentShape, pathClass } from './hostile/where.ts';
import { unpack } from './vectors/vector-file.ts';

const FOLDER = join(import.meta.dirname, '../../../vectors/hostile');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const fileOf = (name: string) => JSON.parse(read(name)) as HostileFile; // Written by the generator.

const histories = FILES.flatMap((name) => fileOf(name).vectors);
const rules = [...new Set([...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()])];
const holes = Array.from({ length: 17 }, (_, n) => `H${n + 1}`);
/** What makes a commit void, and what the state is put together from: of each, some histories that are valid. */
const PARTS = [
  ...['beside', 'revoked', 'recount', 'cut', 'rests'].map((step) => `the-cut/${step}`),
  ...['place', 'device', 'vote', 'papers', 'profile'].map((part) => `resolve/${part}`),
];

/** Attacks and findings that were described by others, each of which is told. */
const FAMILIES = [
  ...Array.from({ length: 12 }, (_, n) => `security.md 5.3 family ${n + 1}:`),
  ...['0.1', '0.2', '0.3', '0.4', '0.6'].map((finding) => `other-systems.md ${finding}:`),
  ...['Quiet 3444:', 'Quiet 3454:', 'Quiet 3456:', 'marmot 173:'],
  ...['B6', 'B8', 'B11', 'B20', 'C6'].map((attack) => `security.md 3, ${attack}:`),
];

const refusedBy = (id: string) => histories.filter(({ rule }) => rule === id);

describe('vectors/hostile', () => {
  test('VAL-11: there are 300 hostile histories or more', () => {
    expect(histories.length).toBeGreaterThanOrEqual(300);
  });

  test('VAL-11: no two are alike in rule, path class and shape of the graph', () => {
    const seen = new Map<string, HostileHistory>();
    for (const history of histories) {
      expect(seen.get(likeness(history))?.name, `${history.name} is like`).toBeUndefined();
      seen.set(likeness(history), history);
    }
  });

  test.each(rules)('VAL-11: $id has 5 hostile histories or more', ({ id }) => {
    expect(refusedBy(id).length).toBeGreaterThanOrEqual(5);
  });

  test.each(PARTS)('%s has 3 histories or more', (part) => {
    expect(refusedBy(part).length).toBeGreaterThanOrEqual(3);
  });

  test.each(holes)('hole %s has 2 histories or more', (hole) => {
    const its = histories.filter((history) => history.holes.includes(hole));
    expect(its.length).toBeGreaterThanOrEqual(2);
  });

  test.each(FAMILIES)('%s is told', (family) => {
    const all = histories.flatMap(({ families }) => families);
    expect(all.some((each) => each.startsWith(family))).toBe(true);
  });

  test('a hostile commit is refused by its rule alone, or is valid and void by its step', () => {
    for (const { name, rule, commit, expect: to } of histories) {
      if (rule === 'not judged') {
        expect(to.lacking, name).toContainEqual(expect.objectContaining({ commit }));
      } else if (rule.startsWith('the-cut/')) {
        expect(`the-cut/${to.state?.void[commit]}`, name).toBe(rule);
      } else if (rule.startsWith('resolve/')) {
        expect(to.refused, name).toEqual([]);
      } else if (to.reported?.some((each) => each.commit === commit && each.rules.includes(rule))) {
        expect(to.refused, name).toEqual([]);
      } else {
        expect(to.refused, name).toEqual([expect.objectContaining({ commit, rule })]);
      }
    }
  });

  test.each(FILES)(
    'VAL-11: %s, judged from what stands in it, comes out as it says',
    async (name) => {
      const { vectors, objects } = fileOf(name);
      const store = await unpack(objects);
      for (const history of vectors) {
        const { judged, history: taken } = await judgeHistory(history, store);
        expect(judged, history.name).toEqual(history.expect);
        const refusal = judged.refused.find(({ commit }) => commit === history.commit);
        const where = [
          await pathClass(history.commit, refusal?.path, store),
          await parentShape(history, taken, store),
        ];
        expect(where, history.name).toEqual([history.pathClass, history.parentShape]);
      }
    },
  );

  test('VAL-1: whatever head is offered first, the same is refused and the same state is left', async () => {
    const { vectors, objects } = fileOf('told-cut.json');
    const store = await unpack(objects);
    for (const history of vectors.filter(({ heads }) => heads.length > 1)) {
      for (const turn of history.heads.keys()) {
        const heads = [...history.heads.slice(turn), ...history.heads.slice(0, turn)].reverse();
        const { judged } = await judgeHistory({ ...history, heads }, store);
        expect(judged, history.name).toEqual(history.expect);
      }
    }
  });

  test('forged anew, the histories that were told on purpose are the same to the byte', async () => {
    const isWanted = (name: string) => name.startsWith('told-');
    for (const [name, content] of await makeHostileHistories(isWanted)) {
      expect(content === read(name), name).toBe(true);
    }
  });
});
