import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { utf8 } from '@covey/codec';
import { type Oid, oidOf } from '@covey/git-objects';
import { corpusNamed, TEST_CRYPTO } from '@covey/testkit';
import type { Act } from './act.ts';
import { changesBetween, GroupState } from './group-state.ts';
import { pathRegisters } from './path-registers.ts';
import { Seen } from './seen.ts';

type Files = Readonly<Record<string, string>>;
interface Scenario {
  readonly id: string;
  readonly ours: string;
  readonly theirs: string;
  readonly kind: string;
  readonly base: Files;
  readonly parent1: Files;
  readonly parent2: Files;
  readonly merge: Files;
  readonly expect: 'accept' | 'reject';
  readonly weakPathIntersectionRuleWouldAccept: boolean;
}

const corpus = corpusNamed('merge-smuggling');
const scenarios = corpus.isAbsent
  ? []
  : (JSON.parse(readFileSync(join(corpus.folder, 'scenarios.json'), 'utf8')) as Scenario[]); // As its README says.

const stateOf = (files: Files) =>
  new GroupState(
    new Map(
      Object.entries(files).map(([path, tag]): [string, Oid] => [
        path,
        oidOf({ type: 'blob', bytes: utf8(tag) }, TEST_CRYPTO.digests),
      ]),
    ),
  );

/** A commit that does nothing but change these paths. */
function change(index: number, on: Act | undefined, before: GroupState, after: GroupState): Act {
  const [oid] = after.files.values();
  if (oid === undefined) throw new Error('no tree of the corpus is empty');
  return {
    ...{ index, oid, uri: '', device: '', places: [], kind: 'text' as const },
    before: on ? on.before.with(on.index) : Seen.NONE,
    changes: changesBetween(before, after),
  };
}

/** Paths of the merge that are not what its parents come to. Accounts here are not ours, so that only paths can be compared. */
function smuggled({ base, parent1, parent2, merge }: Scenario): readonly string[] {
  const [root, one, other] = [base, parent1, parent2].map(stateOf);
  if (!root || !one || !other) throw new Error('three trees in, three states out');
  const first = change(0, undefined, GroupState.EMPTY, root);
  const registers = pathRegisters([
    first,
    change(1, first, root, one),
    change(2, first, root, other),
  ]);
  const after = stateOf(merge);
  const paths = new Set([...registers.keys(), ...after.files.keys()]);
  return [...paths].filter((path) => {
    const values = registers.get(path) ?? new Set([undefined]);
    return !values.has(after.files.get(path));
  });
}

describe.skipIf(corpus.isAbsent)(`merge-smuggling${corpus.note}`, () => {
  test.each(scenarios)('VAL-10: $id ($ours beside $theirs, $kind): $expect', (scenario) => {
    expect(smuggled(scenario).length === 0).toBe(scenario.expect === 'accept');
  });

  test('what comparing changed paths would let through is marked as such', () => {
    const isEither = ({ parent1, parent2, merge, base }: Scenario) =>
      Object.keys({ ...base, ...parent1, ...parent2, ...merge }).every(
        (path) => merge[path] === parent1[path] || merge[path] === parent2[path],
      );
    for (const scenario of scenarios) {
      const { weakPathIntersectionRuleWouldAccept: marked } = scenario;
      expect(isEither(scenario), scenario.id).toBe(marked);
    }
  });

  test('VAL-10: among them are merges that comparing changed paths would have let through', () => {
    const missed = scenarios.filter(
      (scenario) => scenario.expect === 'reject' && scenario.weakPathIntersectionRuleWouldAccept,
    );
    expect(missed.length).toBeGreaterThan(0);
    for (const scenario of missed) expect(smuggled(scenario)).not.toEqual([]);
  });
});
