import { describe, expect, test } from 'vitest';
import { RULES, RULES_FOR_EVERY_COMMIT, type Rule } from '@covey/conversation';
import { RULE_CASES } from './cases/index.ts';
import { type RuleCase, setIn } from './cases/rule-case.ts';

const ALL = new Map(
  [...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()].map((rule) => [rule.id, rule]),
);
const rules = [...ALL.values()];

describe('the table of the law', () => {
  test('VAL-11: every rule has a case that breaks it, and every case a rule', () => {
    expect(Object.keys(RULE_CASES).sort()).toEqual(rules.map(({ id }) => id).sort());
  });

  test('a rule says what must hold, where that is written, and which hole jami leaves', () => {
    for (const { id, says, source, jami, hole } of rules) {
      expect(id, id).toMatch(/^[a-z-]+\/[a-z-]+$/);
      expect(says, id).toMatch(/MUST|MAY/);
      expect(source, id).toMatch(/(authority|requirements|jami-format)\.md/);
      if (jami !== 'refuse') expect(hole, id).toBeTypeOf('string');
    }
  });

  test('one id stands for one rule', () => {
    const each = [...new Set([...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()])];
    expect(each.map(({ id }) => id)).toEqual([...new Set(each.map(({ id }) => id))]);
  });
});

describe.each(rules)('VAL-11: $id: $says', (rule) => {
  const tried = caseOf(rule);

  test('without the lie the commit is accepted, in both profiles, and nothing deviates', async () => {
    for (const profile of ['strict', 'jami'] as const) {
      expect(await tried.commit(setIn(profile), false)).toMatchObject({
        entry: { deviations: [] },
      });
    }
  });

  test('with it, strict refuses the commit and names the rule', async () => {
    expect(await tried.commit(setIn('strict'), true)).toMatchObject({
      broken: { rule: tried.strict ?? rule.id, found: expect.stringMatching(/./) },
    });
  });

  test('with it, jami refuses or reports as the table says', async () => {
    const leniency = typeof rule.jami === 'function' ? tried.jami : rule.jami;
    const judged = await tried.commit(setIn('jami'), true);
    if (leniency === 'refuse') {
      expect(judged).toMatchObject({ broken: { rule: rule.id } });
    } else {
      const deviation = expect.objectContaining({ rule: rule.id });
      expect(judged).toMatchObject({ entry: { deviations: expect.arrayContaining([deviation]) } });
    }
  });
});

function caseOf({ id }: Rule): RuleCase {
  const tried = RULE_CASES[id];
  // The first test of this file says so too; here it keeps the suite from being built.
  if (!tried) throw new Error(`no case tries ${id}`);
  return tried;
}
