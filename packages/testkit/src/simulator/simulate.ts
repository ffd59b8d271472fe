import { CHECKERS } from './checkers/index.ts';
import { type Ending, endingOf } from './ending.ts';
import { type Plan, planOf } from './plan.ts';
import { switchOff } from './rule-switch.ts';
import { Simulation, type Violation } from './simulation.ts';

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** SHA-256 of everything that happened, in order. Hex. */
  readonly eventLog: string;
  readonly counts: Counts;
}

/** How much there was of what. */
export type Counts = Readonly<
  Record<
    'accounts' | 'devices' | 'commits' | 'merges' | 'voids' | 'refused' | 'messages' | 'strays',
    number
  >
>;

export interface SimulateOptions {
  /** Is given every line of the event log. */
  readonly print?: (line: string) => void;
  /** A rule that is switched off: on every second honest device, or on all. */
  readonly without?: { readonly rule: string; readonly on: 'half' | 'all' };
}

/** Runs one seed: the same seed, the same outcome, in any process. */
export async function simulate(
  seed: number,
  { print, without }: SimulateOptions = {},
): Promise<Outcome> {
  const plan = without ? quiet(planOf(seed)) : planOf(seed);
  const simulation = new Simulation(plan, {
    ...(print ? { print } : {}),
    ...(without ? { without } : {}),
  });
  const undo = without && switchOff(without.rule, () => simulation.isMutant(simulation.time.owner));
  const unheard = (reason: unknown) => {
    const told = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    simulation.report('S10', `nobody heard of: ${told}`);
  };
  process.on('unhandledRejection', unheard);
  try {
    await simulation.run();
    undo?.();
    const ending = await endingOf(simulation);
    if (ending) await check(ending);
    const eventLog = simulation.log.digest();
    return {
      seed,
      violations: simulation.violations,
      eventLog,
      counts: countsOf(simulation, ending),
    };
  } finally {
    undo?.();
    process.off('unhandledRejection', unheard);
  }
}

async function check(ending: Ending): Promise<void> {
  for (const checker of CHECKERS) {
    for await (const found of checker.check(ending)) ending.simulation.report(checker.name, found);
  }
}

/** As few as there may be, in good weather, and one who breaks the rule: what is seen then is seen for that. */
function quiet(plan: Plan): Plan {
  const devices = [1, 2, 1, 2];
  const hostile = [{ account: 2, device: 0, actor: 'liar' }] as const;
  return {
    ...plan,
    isCouncil: false,
    charter: { mode: 2 },
    devices,
    hostile,
    faults: [],
    commits: 60,
  };
}

function countsOf(
  { plan, devices, honest, network }: Simulation,
  ending: Ending | undefined,
): Counts {
  const ordered = ending?.union.ordered ?? [];
  const verdicts = honest.flatMap((device) => [...device.verdicts.values()]);
  return {
    accounts: plan.devices.length,
    devices: devices.length,
    commits: ordered.length,
    merges: ordered.filter(({ content }) => content.kind === 'merge').length,
    voids: ordered.filter((entry) => ending?.voids.reasonOf(entry)).length,
    refused: verdicts.filter((verdict) => verdict !== 'taken in').length,
    messages: network.sent,
    strays: ending?.strays.flat().length ?? 0,
  };
}
