import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { layout } from '@covey/conversation';
import { runs } from '@covey/testkit';
import { MUTATIONS, type Mutation, mutated, ruleAgainst } from './hostile/merge-mutations.ts';
import { type MergeScene, mergeSceneByChance, mergeScenes } from './hostile/merge-scenes.ts';
import { LATER } from './vectors/scene.ts';

const MUTANTS = 20_000;
/** Kinds of which there are more to tell apart. */
const MANIFOLD = ['add', 'add', 'edit', 'edit', 'rename', 'rename', 'rename'] as const;
/** Beside the scenes that were thought of, one by chance for so many mutants; more stay no longer in memory. */
const PER_SCENE = 500;
const MOST_SCENES = 1000;

describe('VAL-10: a merge is what its ancestors come to, and nothing else', () => {
  const settings = runs(MUTANTS);
  const scenes: MergeScene[] = [];

  beforeAll(async () => {
    scenes.push(...(await mergeScenes()));
    const byChance = Math.min(MOST_SCENES, (settings.numRuns ?? MUTANTS) / PER_SCENE);
    for (let n = 0; n < byChance; n++) {
      const scene = await mergeSceneByChance(n);
      if (scene) scenes.push(scene);
    }
  }, 600_000);

  test('no honest merge is refused, with own papers or without', async () => {
    for (const scene of scenes) {
      const { name, exact, device } = scene;
      const honest = await ruleAgainst(scene, { files: exact.files });
      expect(honest.rule, name).toBeUndefined();
      const paper = await device.account.issuePaper(device.writer, LATER);
      const [oid] = await device.store.write([{ type: 'blob', bytes: paper }]);
      const renewed = exact.with([[layout.devicePath(device.deviceId), oid]]);
      expect((await ruleAgainst(scene, { files: renewed.files })).rule, name).toBeUndefined();
    }
  });

  test('VAL-10: no single mutation of an honest merge is accepted', async () => {
    const rules = new Map<string, number>();
    const different = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_000_000),
        fc.record({
          kind: fc.constantFrom(...MUTATIONS, ...MANIFOLD),
          at: fc.nat(1_000_000),
          with: fc.nat(1_000_000),
        }),
        async (which, mutation: Mutation) => {
          const scene = scenes[which % scenes.length];
          const mutant = scene && mutated(scene, mutation);
          fc.pre(mutant !== undefined);
          if (!scene || !mutant) return;
          const { rule, tree } = await ruleAgainst(scene, mutant);
          expect(rule, `${scene.name}: ${JSON.stringify(mutation)}`).toBeDefined();
          rules.set(rule ?? '', (rules.get(rule ?? '') ?? 0) + 1);
          different.add(`${which % scenes.length} ${tree}`);
        },
      ),
      settings,
    );
    // Most of them get as far as the rule that they are about.
    const all = [...rules.values()].reduce((sum, count) => sum + count, 0);
    expect(rules.get('merge/tree-is-exact') ?? 0).toBeGreaterThan(all / 3);
    expect(different.size).toBeGreaterThan(all / 2);
    // For the log of a larger search.
    if (process.env['COVEY_TEST_RUNS']) {
      console.info(`${all} mutants of ${scenes.length} merges, ${different.size} different`, rules);
    }
  }, 3_600_000);
});
