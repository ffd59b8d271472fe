import { expect, test } from 'vitest';
import { RULES, RULES_FOR_EVERY_COMMIT, rulesPage } from './index.ts';

test('VAL-11: the page has one anchor per rule, and one row wherever it is applied', () => {
  const page = rulesPage();
  const rules = [...RULES_FOR_EVERY_COMMIT, ...Object.values(RULES).flat()];
  for (const id of new Set(rules.map((rule) => rule.id))) {
    expect(page.split(`<a id="${id}"></a>`), id).toHaveLength(2);
  }
  for (const kind of Object.keys(RULES)) {
    expect(page).toMatch(new RegExp(`^## .*(${kind}|any other MIME type)`, 'm'));
  }
});

test('every row of the page has four columns', () => {
  for (const line of rulesPage().split('\n')) {
    if (line.startsWith('|')) expect(line.replaceAll('\\|', '').split('|'), line).toHaveLength(6);
  }
});
