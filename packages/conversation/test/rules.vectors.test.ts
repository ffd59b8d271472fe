import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES, RULES_FOR_EVERY_COMMIT } from '@covey/conversation';
import { RULE_ATTEMPTS } from './vectors/index.ts';
import { judgeVector } from './vectors/judge-vector.ts';
import { makeRuleVectors } from './vectors/make-rule-vectors.ts';
import { type RuleVector, type RuleVectorFile, unpack } from './vectors/vector-file.ts';

const FOLDER = join(import.meta.dirname, '../../../vectors/rules');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const fileOf = (name: string) => JSON.parse(read(name)) as RuleVectorFile; // Written by the generator.
const rules = [...new Set([...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()])];

const breaks = ({ rule, expect: to }: RuleVector) =>
  typeof to === 'object' && ('refused' in to ? to.refused === rule : to.reported.includes(rule));

describe('vectors/rules', () => {
  const vectors = FILES.flatMap((name) => fileOf(name).vectors);

  test.each(rules)('VAL-11: $id is kept at least 3 times and broken at least 5 times', ({ id }) => {
    const its = vectors.filter(({ rule }) => rule === id);
    const broken = its.filter(breaks);
    expect(its.length - broken.length).toBeGreaterThanOrEqual(3);
    expect(broken.length).toBeGreaterThanOrEqual(5);
    // Each lie is another commit, and each has a name of its own.
    expect(new Set(broken.map(({ commit }) => commit)).size).toBe(broken.length);
    expect(new Set(its.map((each) => `${breaks(each)} ${each.name}`)).size).toBe(its.length);
  });

  test('VAL-11: what breaks a rule is refused by that rule, and by no other', () => {
    const kept = new Map(
      Object.entries(RULE_ATTEMPTS).map(([rule, { truths }]) => [rule, truths.length]),
    );
    for (const { id } of rules) {
      const its = vectors.filter(({ rule }) => rule === id);
      const truths = its.slice(0, kept.get(id));
      // Profile jami tells of rules that are broken beside, where strict never gets there.
      for (const vector of truths) {
        expect(breaks(vector), `${id}: ${vector.name}`).toBe(false);
        if (vector.profile === 'strict') expect(vector.expect, vector.name).toBe('accepted');
      }
      for (const vector of its.slice(kept.get(id))) {
        expect(breaks(vector), `${id}: ${vector.name}`).toBe(true);
        if (RULE_ATTEMPTS[id]?.onlyReported === undefined) {
          expect(vector.expect, vector.name).toMatchObject({ refused: id });
        }
      }
    }
  });

  test('every file has vectors of the rules that are named after it', () => {
    for (const name of FILES) {
      for (const { rule } of fileOf(name).vectors) expect(`${rule.split('/')[0]}.json`).toBe(name);
    }
  });

  test.each(FILES)(
    'VAL-11: %s, judged from what stands in it, comes out as it says',
    async (name) => {
      const { vectors: its, objects } = fileOf(name);
      const store = await unpack(objects);
      for (const vector of its) {
        expect(await judgeVector(vector, store), `${vector.rule}: ${vector.name}`).toEqual(
          vector.expect,
        );
      }
    },
  );

  test('forged anew, a file is the same to the byte', async () => {
    const made = await makeRuleVectors((name) => name === 'papers.json');
    expect(made.get('papers.json')).toBe(read('papers.json'));
  });
});
