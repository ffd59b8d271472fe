import { CHECKERS } from './checkers/index.ts';
import { endingOf } from './ending.ts';
import { planOf } from './plan.ts';
import { Simulation, type Violation } from './simulation.ts';

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** SHA-256 of everything that happened, in order. Hex. */
  readonly eventLog: string;
  readonly counts: Readonly<Record<'accounts' | 'devices' | 'commits' | 'merges' | 'voids' | 'refused', number>>;
}

/** Runs one seed: the same seed, the same outcome, in any process. */
export async function simulate(
  seed: number,
  { print }: { print?: (line: string) => void } = {},
): Promise<Outcome> {
  const plan = planOf(seed);
  const simulation = new Simulation(plan, print);
  const unheard = (reason: unknown) => {
    const told = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    simulation.report('S10', `nobody heard of: ${told}`);
  };
  process.on('unhandledRejection', unheard);
  try {
    await simulation.run();
    const ending = await endingOf(simulation);
    for (const { name, check } of ending ? CHECKERS : []) {
      // An ending is there when there are checkers to ask.
      for await (const found of check(ending as NonNullable<typeof ending>)) {
        simulation.report(name, found);
      }
    }
    const ordered = ending?.union.ordered ?? [];
    const refusals = simulation.honest.flatMap(({ verdicts }) => [...verdicts.values()]);
    return {
      seed,
      violations: simulation.violations,
      eventLog: simulation.log.digest(),
      counts: {
        accounts: plan.devices.length,
        devices: simulation.devices.length,
        commits: ordered.length,
        merges: ordered.filter(({ content }) => content.kind === 'merge').length,
        voids: ordered.filter((entry) => ending?.voids.reasonOf(entry)).length,
        refused: refusals.filter((verdict) => verdict !== 'taken in').length,
      },
    };
  } finally {
    process.off('unhandledRejection', unheard);
  }
}
