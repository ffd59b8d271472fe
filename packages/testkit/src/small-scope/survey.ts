import { agreesWithTheModel, modelRefuses } from './against-model.ts';
import { doesNotDependOnArrival } from './arrival-check.ts';
import { anAdminRemains, theBannedHaveNoSay } from './authority-checks.ts';
import { type Check, count, type Tally } from './check.ts';
import { modelOf } from './commit.ts';
import { ALL, Exploration, type Found, type Share } from './explore.ts';
import { Growth, type Tried } from './growth.ts';
import { doesNotDependOnGrouping, everybodyCanGoOn } from './merging-checks.ts';
import { Scene } from './scene.ts';
import type { Scope } from './scope.ts';
import { storyOf } from './story.ts';
import { voidsOf } from './voids.ts';

/** What every history is asked, by name. */
const CHECKS: Readonly<Record<string, Check>> = {
  model: agreesWithTheModel,
  arrival: doesNotDependOnArrival,
  merging: everybodyCanGoOn,
  grouping: doesNotDependOnGrouping,
  admins: anAdminRemains,
  banned: theBannedHaveNoSay,
};

/** A history in which something does not hold. */
export interface Failure {
  readonly check: string;
  readonly found: string;
  readonly operations: number;
  /** One line for each operation. */
  readonly story: readonly string[];
}

/** Histories of so many operations. */
interface Count {
  /** With names, in every order in which they can be written. */
  readonly before: bigint;
  /** Up to renaming and to reordering of independent steps. */
  readonly after: number;
}

/** What came of a search. */
export interface Survey {
  readonly scope: string;
  /** All histories were looked at, none left for want of time. */
  readonly isComplete: boolean;
  /** By number of operations, from 1. */
  readonly counts: readonly Count[];
  /** How often things were looked at. */
  readonly tally: ReadonlyMap<string, number>;
  /** The shortest first; of each check at most {@link MOST_KEPT}. */
  readonly failures: readonly Failure[];
}

export interface SurveyOptions {
  readonly operations: number;
  readonly share?: Share;
  readonly isOver?: () => boolean;
  /** Default: all that must hold. */
  readonly checks?: Readonly<Record<string, Check>>;
}

const MOST_KEPT = 8;

/** Looks at every history of a scope, or at a share of them. */
export async function survey(
  scope: Scope,
  { operations, share = ALL, isOver = () => false, checks = CHECKS }: SurveyOptions,
): Promise<Survey> {
  const scene = await Scene.open(scope);
  const surveyor = new Surveyor(scene, operations, checks);
  const start = Growth.of(scene);
  const exploration = new Exploration(start, {
    ...{ operations, share, isOver },
    tried: (on) => surveyor.tries(on),
    visit: (found) => surveyor.visits(found),
  });
  const isComplete = await exploration.from(start);
  const { counts, tally, failures } = surveyor;
  return { scope: scope.name, isComplete, counts, tally, failures };
}

class Surveyor {
  readonly counts: Count[];
  readonly tally: Tally = new Map();
  readonly #scene: Scene;
  readonly #checks: Readonly<Record<string, Check>>;
  readonly #failures = new Map<string, Failure[]>();

  constructor(scene: Scene, operations: number, checks: Readonly<Record<string, Check>>) {
    this.#scene = scene;
    this.#checks = checks;
    this.counts = Array.from({ length: operations }, () => ({ before: 0n, after: 0 }));
  }

  get failures(): readonly Failure[] {
    return [...this.#failures.values()].flat().sort((a, b) => a.operations - b.operations);
  }

  /** Is lawful by the model what is by production, on the same commits? */
  tries({ commits, operation, outcome, brings }: Parameters<Tried>[0]): void {
    count(this.tally, 'operations on a state');
    const parents = commits.slice(-1).map(({ entry }) => entry.oid);
    const commit = modelOf(operation, this.#scene.cast, { id: 'tried', parents, brings });
    const refused = modelRefuses(this.#scene, commits, commit);
    const isRefused = 'refusedBy' in outcome;
    if (isRefused === (refused !== undefined)) return;
    const found = isRefused
      ? `production refuses by ${outcome.refusedBy}, the model doesn't`
      : `the model refuses by ${refused}, production doesn't`;
    const start = this.#scene.parts.at(-1)?.commits ?? [];
    const story = [
      ...commits.filter((one) => !start.includes(one)).map(({ model }) => model),
      commit,
    ];
    const operations = story.filter(({ kind }) => kind !== 'merge').length;
    this.#fails({
      check: 'validity',
      found,
      operations,
      story: story.map((one) => JSON.stringify(one)),
    });
  }

  async visits({ growth, operations, sequences }: Found): Promise<boolean> {
    const known = this.counts[operations - 1] ?? { before: 0n, after: 0 };
    this.counts[operations - 1] = { before: known.before + sequences, after: known.after + 1 };
    try {
      const resolved = await growth.resolved(growth.all);
      const voids = voidsOf(growth, growth.history, growth.tipsOf(growth.all));
      for (const [check, holds] of Object.entries(this.#checks)) {
        const found = await holds({ growth, resolved, voids }, this.tally);
        if (found !== undefined) this.#fails({ check, found, operations, story: storyOf(growth) });
      }
      return true;
    } catch (reason) {
      // Whatever is thrown is a failure too: resolving and materializing are total.
      const found = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
      this.#fails({ check: 'total', found, operations, story: storyOf(growth) });
      return false;
    }
  }

  #fails(failure: Failure): void {
    count(this.tally, `failures of ${failure.check}`);
    const { cast } = this.#scene;
    const story = failure.story.map((line) => cast.named(line));
    const readable = { ...failure, found: cast.named(failure.found), story };
    const kept = [...(this.#failures.get(failure.check) ?? []), readable];
    kept.sort((a, b) => a.operations - b.operations);
    this.#failures.set(failure.check, kept.slice(0, MOST_KEPT));
  }
}
