import { parseArgs } from 'node:util';
import { TARGETS } from './targets.ts';

/** What was asked for on the command line. */
export interface FuzzArguments {
  readonly targets: readonly string[];
  /** For all targets together. */
  readonly minutes: number;
  readonly seed: number | undefined;
  /** Path of one input to run once, instead of a search. */
  readonly replay: string | undefined;
}

/** Shown for arguments that cannot be read. */
export const USAGE = `usage: npm run fuzz -- TARGET --minutes N [--seed S] [--replay FILE]

TARGET is one of ${Object.keys(TARGETS).join(', ')},
or all: every target gets its share of the minutes. N may be a fraction.
--seed S      searches as the run that printed S did
--replay FILE runs this one input of the target and says what it breaks
`;

/** `undefined` when the arguments cannot be read. */
export function readFuzzArguments(args: readonly string[]): FuzzArguments | undefined {
  const read = parsed(args);
  if (!read) return undefined;
  const { values, positionals } = read;
  const [name = '', ...rest] = positionals;
  const isKnown = name === 'all' || Object.hasOwn(TARGETS, name);
  const { replay } = values;
  const minutes = Number(values.minutes ?? (replay === undefined ? Number.NaN : 0));
  const seed = values.seed === undefined ? undefined : Number(values.seed);
  if (!isKnown || rest.length > 0 || !(minutes >= 0)) return undefined;
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    return undefined;
  }
  if (replay !== undefined && name === 'all') return undefined;
  return { targets: name === 'all' ? Object.keys(TARGETS) : [name], minutes, seed, replay };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        replay: { type: 'string' },
      },
    });
  } catch {
    return undefined; // Unknown or incomplete options: the usage says it better.
  }
}
