import { expect, test } from 'vitest';
import { ruleIds, simulate, simulateMany } from './index.ts';
import { MUTANTS } from './mutants.ts';

const SEEDS = 2000 * Number(process.env['COVEY_TEST_RUNS'] ?? 1);
const MOST_MS = 600_000;

test('SWARM-1, BAN-5, BAN-6, SYNC-7: whole groups with faults and liars break no promise', {
  timeout: MOST_MS,
}, async ({ annotate }) => {
  const { seeds, failures, counts } = await simulateMany({ from: 1, to: SEEDS, processes: 2 });
  await annotate(`${seeds} seeds: ${JSON.stringify(counts)}`);
  expect(seeds).toBe(SEEDS);
  const told = failures.map(({ seed, violations }) => [
    `npm run --silent simulate -- --seed ${seed} --verbose`,
    ...violations.map(({ checker, found }) => `${checker}: ${found}`),
  ]);
  expect(told).toEqual([]);
});

test('the same seed comes to the same events, in whatever process', async () => {
  const logs: string[] = [];
  const tell = ({ eventLog }: { eventLog: string }) => logs.push(eventLog);
  await simulateMany({ from: 7, to: 7, processes: 1, tell });
  await simulateMany({ from: 7, to: 7, processes: 1, tell });
  expect(logs).toEqual([logs[0], logs[0]]);
  expect((await simulate(7)).eventLog).toBe(logs[0]);
  expect((await simulate(8)).eventLog).not.toBe(logs[0]);
});

test('VAL-11: a rule that every second device leaves out is noticed, whichever it is', {
  timeout: MOST_MS,
}, async ({ annotate }) => {
  const survivors: string[] = [];
  for (const rule of ruleIds()) if (!(await isNoticed(rule))) survivors.push(rule);
  await annotate(`${ruleIds().length} rules, survivors: ${survivors.join(', ') || 'none'}`);
  expect(survivors).toEqual([]);
});

test('BAN-5, BAN-6: each part of the cut and of resolve is missed when it is left out or done wrong', {
  timeout: MOST_MS,
}, async () => {
  const survivors: string[] = [];
  for (const [mutant, { seed }] of Object.entries(MUTANTS)) {
    const { failures } = await simulateMany({ from: seed, to: seed, processes: 1, mutant });
    if (failures.length === 0) survivors.push(mutant);
  }
  expect(survivors).toEqual([]);
});

/** Does any of a few seeds come to a violation without the rule? */
async function isNoticed(rule: string): Promise<boolean> {
  for (let seed = 1; seed <= 25; seed++) {
    const { violations } = await simulate(seed, { without: { rule, on: 'half' } });
    if (violations.length > 0) return true;
  }
  return false;
}
